local suspended = obj.spec.suspend == true
local frozen = obj.status ~= nil and obj.status.acknowledgement ~= nil
return {
  suspend = { disabled = suspended },
  resume = { disabled = not suspended },
  acknowledge = { disabled = not frozen },
}
