-- The status of a frozen directory has the value that acknowledges exactly this event, and no later one.
if obj.status == nil or obj.status.acknowledgement == nil then
  error("this KeycloakDirectory is not frozen: there is nothing to acknowledge")
end
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["groupaccess.io/acknowledge"] = obj.status.acknowledgement
return obj
