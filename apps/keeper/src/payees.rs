//! 支払先.

use crate::forms::{self, Form};
use crate::official;
use crate::refusal::Refusal;
use crate::show;
use crate::work::Work;
use codes::ErrorCode;
use mynumber::{Address, CompanyName, Kana, PayeeCode, Remark};
use protocol::clerk::payees::{
    Party, Payee, PayeeDraft, PayeeId, PayeeRow, Reply as Payees, Request,
};
use protocol::clerk::{Field, MAX_ROWS, Reply, Window};
use vault::{Corporation, PayeeFields};

impl Work<'_> {
    pub(crate) fn about_payees(&mut self, request: Request) -> Result<Reply, Refusal> {
        let now = self.now();
        let kept = match request {
            Request::List { query, window } => return self.payees(&query, window),
            Request::Get { payee } => return self.payee(payee),
            Request::Add { draft } => {
                let fields = fields(&draft)?;
                self.vault.add_payee(self.session, &fields, now)?
            }
            Request::Change {
                payee,
                revision,
                draft,
            } => {
                let fields = fields(&draft)?;
                self.vault
                    .change_payee(self.session, payee, revision, &fields, now)?
            }
            Request::Rename {
                payee,
                revision,
                rename,
            } => {
                let rename = forms::rename(&rename)?;
                self.vault
                    .rename_payee(self.session, payee, revision, &rename, now)?
            }
            Request::End {
                payee,
                revision,
                on,
            } => {
                let on = forms::one_day(Field::On, &on)?;
                self.vault
                    .end_payee(self.session, payee, revision, on, now)?
            }
        };
        Ok(Payees::Kept(show::kept(kept)).into())
    }

    fn payees(&mut self, query: &str, window: Window) -> Result<Reply, Refusal> {
        forms::query(query)?;
        let limit = window.limit.min(MAX_ROWS);
        let page = self
            .vault
            .payees(self.session, query, window.offset, limit)?;
        let row = |row: vault::PayeeRow| PayeeRow {
            payee: row.id,
            person: row.person,
            code: row.code,
            name: row.name,
            kana: row.kana,
            payment: row.payment,
            contract_until: show::day(row.contract_until),
            has_number: row.has_number,
        };
        Ok(Payees::List(show::rows(page, row)).into())
    }

    fn payee(&mut self, id: PayeeId) -> Result<Reply, Refusal> {
        let kept = self.vault.payee(self.session, id)?;
        let fields = kept.fields;
        Ok(Payees::Payee(Payee {
            payee: kept.id,
            revision: kept.revision,
            person: kept.person,
            fields: PayeeDraft {
                code: fields.code.into(),
                party: party(fields.party),
                payment: fields.payment,
                detail: show::text(fields.detail),
                continuity: fields.continuity,
                contract_from: show::day(fields.contract_from),
                contract_until: show::day(fields.contract_until),
                expected_yen: fields
                    .expected_yen
                    .map(|yen| yen.to_string())
                    .unwrap_or_default(),
            },
            has_number: kept.has_number,
            purposes: kept.purposes,
            asking: show::asking(kept.asking),
            reporting: kept.reporting,
        })
        .into())
    }
}

fn fields(draft: &PayeeDraft) -> Result<PayeeFields, Refusal> {
    let mut form = Form::default();
    let code = form.text(Field::PayeeCode, &draft.code, PayeeCode::new);
    let party = match &draft.party {
        Party::Individual(person) => {
            forms::particulars(&mut form, person).map(vault::Party::Individual)
        }
        Party::Corporation {
            name,
            kana,
            number,
            postal_code,
            address,
        } => {
            let name = form.text(Field::Name, name, CompanyName::new);
            let kana = form.optional_text(Field::Kana, kana, Kana::new);
            let number = form.corporate_number(Field::CorporateNumber, number);
            let postal_code = official::postal_code(&mut form, postal_code);
            let address = form.optional_text(Field::Address, address, Address::new);
            (|| {
                Some(vault::Party::Corporate(Corporation {
                    name: name?,
                    kana: kana?,
                    number: number?,
                    postal_code: postal_code?,
                    address: address?,
                }))
            })()
        }
    };
    let detail = form.optional_text(Field::PaymentDetail, &draft.detail, Remark::new);
    let contract_from = form.optional_day(Field::From, &draft.contract_from);
    let contract_until = form.optional_day(Field::Until, &draft.contract_until);
    let expected_yen = form.take(Field::ExpectedYen, yen(&draft.expected_yen));
    let fields = (|| {
        Some(PayeeFields {
            code: code?,
            party: party?,
            payment: draft.payment.clone(),
            detail: detail?,
            continuity: draft.continuity,
            contract_from: contract_from?,
            contract_until: contract_until?,
            expected_yen: expected_yen?,
        })
    })();
    form.finish(fields)
}

/// Half-width digits with or without commas.
fn yen(typed: &str) -> Result<Option<u64>, ErrorCode> {
    let digits: String = typed.trim().chars().filter(|c| *c != ',').collect();
    if digits.is_empty() {
        return Ok(None);
    }
    // Far more than anybody pays, and no risk of an overflow.
    match digits.parse() {
        Ok(yen) if yen <= 1_000_000_000_000 => Ok(Some(yen)),
        _ => Err(ErrorCode::AmountInvalid),
    }
}

fn party(party: vault::Party) -> Party {
    match party {
        vault::Party::Individual(person) => Party::Individual(show::particulars(person)),
        vault::Party::Corporate(corporation) => Party::Corporation {
            name: corporation.name.into(),
            kana: show::text(corporation.kana),
            number: corporation
                .number
                .map(|number| number.as_str().to_owned())
                .unwrap_or_default(),
            postal_code: show::text(corporation.postal_code),
            address: show::text(corporation.address),
        },
    }
}
