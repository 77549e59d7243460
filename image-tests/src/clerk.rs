//! A clerk at the PC: types, reads the screen's code, and tells the story.
