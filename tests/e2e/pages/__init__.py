"""Pages as the people who use them know them: what one does on each, by the words on the screen."""
