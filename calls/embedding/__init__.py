"""Our pages inside other programs: keys, sessions, what they reach, and the pages themselves."""
