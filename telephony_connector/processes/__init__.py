"""The processes of one machine: embedded broker, worker with beat, web server, and their supervisor."""
