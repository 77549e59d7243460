//! 個人事業主: the sole proprietor.

use crate::forms::{self, Form};
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::{Address, Kana, PersonName};
use protocol::clerk::companies::{Proprietor, ProprietorDraft, Reply as Companies, Request};
use protocol::clerk::{Field, Reply};
use vault::Particulars;

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

fn particulars(draft: &ProprietorDraft) -> Result<Particulars, Refusal> {
    let mut form = Form::default();
    let name = form.text(Field::Name, &draft.name, PersonName::new);
    let filing_name = form.filing_name(&draft.filing_name);
    let kana = form.optional_text(Field::Kana, &draft.kana, Kana::new);
    let birth_date = form.optional_day(Field::BirthDate, &draft.birth_date);
    let address = form.optional_text(Field::Address, &draft.address, Address::new);
    let particulars = (|| {
        Some(Particulars {
            name: name?,
            filing_name: filing_name?,
            kana: kana?,
            birth_date: birth_date?,
            sex: draft.sex,
            address: address?,
        })
    })();
    form.finish(particulars)
}

fn proprietor(kept: vault::Proprietor) -> Proprietor {
    let particulars = kept.particulars;
    Proprietor {
        person: kept.id,
        revision: kept.revision,
        fields: ProprietorDraft {
            name: particulars.name.into(),
            filing_name: show::text(particulars.filing_name),
            kana: show::text(particulars.kana),
            birth_date: show::day(particulars.birth_date),
            sex: particulars.sex,
            address: show::text(particulars.address),
        },
        has_number: kept.has_number,
        purposes: kept.purposes,
    }
}
