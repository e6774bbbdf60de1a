"""The demo company: invented people, customers and deals, the same for everyone who generates it."""
