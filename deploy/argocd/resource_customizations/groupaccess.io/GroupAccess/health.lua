-- The status of a GroupAccess follows kstatus: status.observedGeneration says which spec it is about,
-- Reconciling is True while what is missing may come by itself, Stalled when a person must act.
-- Verified=Unknown (Keycloak does not answer) stays Healthy: what was granted is still granted.
if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "Pending deletion" }
end

local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    conditions[condition.type] = condition
  end
end

local ready = conditions.Ready
local observed = ready ~= nil and obj.status.observedGeneration == obj.metadata.generation

if obj.spec ~= nil and obj.spec.suspend == true then
  return { status = "Suspended", message = observed and ready.message or "Suspended by spec.suspend" }
end
if not observed then
  return { status = "Progressing", message = "Waiting for the operator to observe this generation" }
end
-- Suspended by its KeycloakDirectory: a person paused it, it is not broken.
if ready.reason == "Suspended" then
  return { status = "Suspended", message = ready.message }
end
if conditions.Stalled ~= nil and conditions.Stalled.status == "True" then
  return { status = "Degraded", message = conditions.Stalled.message }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
return { status = "Progressing", message = ready.message }
