//! What a test did, as a person would tell it: `target/image-tests/<test>/story.md` with its
//! pictures. It is written line by line, so a run that fails leaves all of it up to the failure.

use crate::screen::{Picture, PictureError};
use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Instant,
};

#[derive(Debug, thiserror::Error)]
pub enum StoryError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error(transparent)]
    Picture(#[from] PictureError),
}

#[derive(Debug)]
pub struct Story {
    folder: PathBuf,
    scratch: PathBuf,
    text: File,
    pictures: u32,
    started: Instant,
}

impl Story {
    /// Starts the story of a test; an older one of the same name is deleted.
    pub fn begin(name: &str, title: &str) -> Result<Self, StoryError> {
        Self::in_folder(
            &crate::artefacts::target().join("image-tests").join(name),
            "story.md",
            title,
        )
    }

    /// Starts a story in a folder of the caller's choice.
    pub fn in_folder(folder: &Path, file: &str, title: &str) -> Result<Self, StoryError> {
        let failed = |e| StoryError::Io(folder.to_owned(), e);
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(failed)?;
        }
        fs::create_dir_all(folder).map_err(failed)?;
        let mut text = File::create(folder.join(file)).map_err(failed)?;
        writeln!(text, "# {title}\n").map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
            scratch: folder.to_owned(),
            text,
            pictures: 0,
            started: Instant::now(),
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Puts sticks and machines elsewhere than beside the pictures.
    pub fn with_scratch(mut self, folder: &Path) -> Self {
        self.scratch = folder.to_owned();
        self
    }

    /// Where sticks and machines of the story lie.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// A chapter's heading.
    pub fn chapter(&mut self, title: &str) -> Result<(), StoryError> {
        self.write(&format!("\n## {title}\n\n"))
    }

    /// One sentence. It is never a secret: stories are kept.
    pub fn tell(&mut self, sentence: &str) -> Result<(), StoryError> {
        let seconds = self.started.elapsed().as_secs();
        self.write(&format!(
            "- {}:{:02} {sentence}\n",
            seconds / 60,
            seconds % 60
        ))
    }

    /// A picture and what it shows.
    pub fn picture(&mut self, picture: &Picture, caption: &str) -> Result<PathBuf, StoryError> {
        self.pictures += 1;
        let slug: String = caption
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_lowercase()
                } else {
                    '-'
                }
            })
            .collect::<String>()
            .split('-')
            .filter(|word| !word.is_empty())
            .take(7)
            .collect::<Vec<_>>()
            .join("-");
        let name = format!("{:02}-{slug}.png", self.pictures);
        let path = self.folder.join(&name);
        picture.write_png(&path)?;
        self.write(&format!("\n{caption}\n\n![{caption}]({name})\n\n"))?;
        Ok(path)
    }

    fn write(&mut self, text: &str) -> Result<(), StoryError> {
        self.text
            .write_all(text.as_bytes())
            .and_then(|()| self.text.flush())
            .map_err(|e| StoryError::Io(self.folder.clone(), e))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_story_is_readable_while_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("s");
        let mut story = Story::in_folder(&folder, "story.md", "A clerk logs in").unwrap();
        story.tell("The stick is plugged in.").unwrap();
        let picture = Picture::from_ppm(b"P6 1 1 255\n\x01\x02\x03").unwrap();
        let path = story.picture(&picture, "The login screen: S-200").unwrap();
        assert!(path.ends_with("01-the-login-screen-s-200.png"));
        let text = fs::read_to_string(folder.join("story.md")).unwrap();
        assert!(text.starts_with("# A clerk logs in\n\n- 0:0"));
        assert!(text.contains("![The login screen: S-200](01-the-login-screen-s-200.png)"));
    }
}
