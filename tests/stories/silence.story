# Nobody answers: the ladder is climbed twice, then the last resort is paged and every room is told.

carlos@slack > /incident declare the lights are out --sev 1
slack -> anna | PAGE SEV1 #1 the lights are out
+5m
discord -> boris | PAGE SEV1 #1 the lights are out (step 2)
+10m
slack -> anna | PAGE SEV1 #1 the lights are out
+5m
+10m
slack -> carlos | PAGE SEV1 #1 the lights are out (last resort)
slack discord telegram room | NOBODY ANSWERED · Carlos Diaz
slack discord telegram | NOBODY HAS IT
+1d
nobody is paged

# Whoever takes it late still has it.
boris@telegram > /incident take sorry, I was asleep
slack discord telegram | Boris Petrov has it
boris@telegram in room > !unack I cannot do this alone
slack discord telegram room | Boris Petrov gave it back
slack -> anna | PAGE SEV1 #1 the lights are out
