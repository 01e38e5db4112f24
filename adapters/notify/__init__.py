"""Ways to reach one person outside the chats: mail, telephone, push, and everything that Apprise knows."""
