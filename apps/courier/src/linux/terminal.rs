use crate::{outside::Prompt, texts::Notice};
use codes::Language;
use std::io::Write;

/// Notices on standard output, problems on standard error; Japanese first.
pub struct Terminal;

impl Prompt for Terminal {
    fn tell(&mut self, notice: &Notice) {
        let text = format!(
            "{}\n{}\n",
            notice.text(Language::Japanese),
            notice.text(Language::English)
        );
        // Nobody may be listening; that must not stop the removal of a file.
        let _ = if notice.is_problem() {
            std::io::stderr().write_all(text.as_bytes())
        } else {
            std::io::stdout()
                .write_all(text.as_bytes())
                .and_then(|()| std::io::stdout().flush())
        };
    }
}
