"""server: from sockets to an App: who may ask, what a request says, how an answer is sent."""
