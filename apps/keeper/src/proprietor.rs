//! 個人事業主: the sole proprietor.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use protocol::clerk::Reply;
use protocol::clerk::companies::{Proprietor, Reply as Companies, Request};
use protocol::clerk::people::Particulars;

impl Work<'_> {
    pub(crate) fn about_the_proprietor(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let (vault, session) = (&mut *self.vault, self.session);
        let saved = match request {
            Request::Proprietor => {
                let kept = vault.proprietor(session)?;
                return Ok(Companies::Proprietor(kept.map(proprietor)).into());
            }
            Request::RegisterProprietor { draft } => {
                vault.register_proprietor(session, &particulars(&draft)?, now)?
            }
            Request::ChangeProprietor { revision, draft } => {
                vault.change_proprietor(session, revision, &particulars(&draft)?, now)?
            }
            Request::RenameProprietor { revision, rename } => {
                vault.rename_proprietor(session, revision, &forms::rename(&rename)?, now)?
            }
            _ => return Err(ErrorCode::Internal.into()),
        };
        Ok(show::saved(saved))
    }
}

fn particulars(draft: &Particulars) -> Result<vault::Particulars, Refusal> {
    let mut form = Form::default();
    let particulars = forms::particulars(&mut form, draft);
    form.finish(particulars)
}

fn proprietor(kept: vault::Proprietor) -> Proprietor {
    Proprietor {
        person: kept.id,
        revision: kept.revision,
        fields: show::particulars(kept.particulars),
        has_number: kept.has_number,
        purposes: kept.purposes,
    }
}
