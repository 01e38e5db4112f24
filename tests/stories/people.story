# People: an account that Slack vouches for is confirmed where its owner is known; a code leads into another chat;
# what was done can be read.

boris has the address dana.levi@tocsin.example

dana@slack > /incident mine
dana@slack > /incident declare db is down --sev 3
dana@slack sees I asked you where I know you
discord -> boris | Is that you? [Yes, that is me] [No]
boris@discord in dm presses Yes, that is me
discord -> boris | linked
dana@slack > /incident whoami
dana@slack sees Boris Petrov

anna@slack > /incident account link
anna@slack sees show it to nobody · /incident account link [Telegram]

anna@slack > /incident audit boris
anna@slack sees Audit · linked
mia@slack > /incident audit
mia@slack does not see Audit
