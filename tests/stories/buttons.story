# Everything by buttons and forms, each platform in its own way.

carlos@discord > /incident declare checkout is slow --sev 2
slack discord telegram room | SEV2 #1 checkout is slow [Take] [Update] [Resolve]

# A page's button answers it; afterwards the page offers nothing that would do nothing.
slack -> anna | PAGE SEV2 #1 checkout is slow [Take] [Next step now]
anna@slack in dm presses Take
slack discord telegram | Anna Nowak has it
slack -> anna | SEV2 #1 checkout is slow · Anna Nowak has it [Summary]

# Discord asks in a form.
carlos@discord in room presses Update
carlos@discord fills text = scaling up; next = 20m
slack discord telegram room | Update by Carlos Diaz · scaling up · Next update:

# So does Slack.
anna@slack in room presses Update
anna@slack fills text = two more nodes
slack discord telegram room | Update by Anna Nowak · two more nodes

# Telegram has no forms: it asks, and the answer is the next thing that is said to the question.
anna@telegram in room presses Resolve
slack discord telegram | ✔ SEV2 #1 checkout is slow · Resolved by Anna Nowak

anna@telegram in room presses Reopen
anna@telegram in room answers it is slow again
slack discord telegram | SEV2 #1 checkout is slow · Nobody has it yet
slack discord telegram room | Anna Nowak opened it again: it is slow again
