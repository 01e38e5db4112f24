# Telegram has no forms: a question with buttons for what may be left out, then one for what must be written.

anna@telegram > /incident declare
telegram | How bad it is [Leave out] [Drop it]
anna@telegram presses Leave out
telegram | What is wrong, in one line
anna@telegram answers checkout is slow
slack discord telegram room | #1 checkout is slow [Take]

# Who writes at once has answered what must be written.
anna@telegram > /incident declare
telegram | How bad it is [Leave out] [Drop it]
anna@telegram answers mail is slow
slack discord telegram | #2 mail is slow
