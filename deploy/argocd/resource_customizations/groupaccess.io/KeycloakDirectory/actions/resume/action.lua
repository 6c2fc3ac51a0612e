-- Written out: an object whose suspend is deleted is refused.
obj.spec.suspend = false
return obj
