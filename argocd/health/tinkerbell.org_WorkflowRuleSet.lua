-- Health for Argo CD, of the conditions Ready, Reconciling and Stalled. How to install it: docs/gitops.md.
local health = { status = "Progressing", message = "waiting for its status" }
local status = obj.status
if status == nil or status.conditions == nil then
  return health
end
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  health.message = "waiting for its last change to be seen"
  return health
end
for _, condition in ipairs(status.conditions) do
  if condition.type == "Stalled" and condition.status == "True" then
    return { status = "Degraded", message = condition.message }
  end
  if condition.type == "Ready" then
    health.message = condition.message
    if condition.status == "True" then
      health.status = "Healthy"
    elseif condition.reason == "Disabled" then
      health.status = "Suspended"
    end
  end
end
return health
