//! From what a person typed to the domain's types, or every field that is wrong and why.

use crate::official;
use crate::refusal::Refusal;
use codes::ErrorCode;
use mynumber::passphrase::PassphraseError;
use mynumber::{
    Address, CompanyName, CorporateNumber, Date, DateError, EmployeeNo, FilingName,
    FilingNameError, IndividualNumber, Kana, Label, NumberError, NumberSource, OfficialError,
    PersonName, Purpose, TextError, can_hold_from,
};
use protocol::Secret;
use protocol::clerk::companies::CompanyDraft;
use protocol::clerk::numbers::NumberEntry;
use protocol::clerk::people::{Particulars, PersonDraft, Rename};
use protocol::clerk::{Field, FieldError};
use vault::NumberDraft;

/// The longest recovery words, in bytes: 24 words of the Japanese list and room.
const MAX_RECOVERY_WORDS: usize = 1024;

/// Collects what is wrong while a form is read.
#[derive(Debug, Default)]
pub(crate) struct Form {
    errors: Vec<FieldError>,
}

impl Form {
    /// The value, or `None` after noting the error.
    pub(crate) fn take<T>(&mut self, field: Field, value: Result<T, ErrorCode>) -> Option<T> {
        value
            .map_err(|code| self.errors.push(FieldError { field, code }))
            .ok()
    }

    pub(crate) fn note(&mut self, field: Field, code: ErrorCode) {
        self.errors.push(FieldError { field, code });
    }

    /// A text that has to be there.
    pub(crate) fn text<T>(
        &mut self,
        field: Field,
        typed: &str,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<T> {
        self.take(field, parse(typed).map_err(text))
    }

    /// A text that may be left out.
    pub(crate) fn optional_text<T>(
        &mut self,
        field: Field,
        typed: &str,
        parse: impl Fn(&str) -> Result<T, TextError>,
    ) -> Option<Option<T>> {
        self.take(field, optional(typed, |t| parse(t).map_err(text)))
    }

    /// 届出用氏名, if there is one.
    pub(crate) fn filing_name(&mut self, typed: &str) -> Option<Option<FilingName>> {
        let parse = |t: &str| FilingName::new(t).map_err(filing);
        self.take(Field::FilingName, optional(typed, parse))
    }

    /// What an office gave, if it did; `wrong` where it is none.
    pub(crate) fn official<T>(
        &mut self,
        field: Field,
        typed: &str,
        parse: impl Fn(&str) -> Result<T, OfficialError>,
        wrong: ErrorCode,
    ) -> Option<Option<T>> {
        let parse = |t: &str| match IndividualNumber::parse(t) {
            Ok(_) => Err(ErrorCode::NumberInText),
            Err(_) => parse(t).map_err(|error| official::code(error, wrong)),
        };
        self.take(field, optional(typed, parse))
    }

    /// A day that has to be there.
    pub(crate) fn day(&mut self, field: Field, typed: &str) -> Option<Date> {
        self.take(field, required(typed).and_then(date))
    }

    /// A day that may be left out.
    pub(crate) fn optional_day(&mut self, field: Field, typed: &str) -> Option<Option<Date>> {
        self.take(field, optional(typed, date))
    }

    /// 法人番号, if there is one.
    pub(crate) fn corporate_number(
        &mut self,
        field: Field,
        typed: &str,
    ) -> Option<Option<CorporateNumber>> {
        let parse =
            |t: &str| CorporateNumber::parse(t).map_err(|_| ErrorCode::CorporateNumberInvalid);
        self.take(field, optional(typed, parse))
    }

    /// Everything that was read, or every field that is wrong.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.is_clean() => Ok(value),
            _ => Err(Refusal::Fields(self.errors)),
        }
    }

    /// Everything that is wrong; to be asked when a value is missing.
    pub(crate) fn errors(self) -> Vec<FieldError> {
        self.errors
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Ends here when something is wrong.
    pub(crate) fn clean(self) -> Result<(), Refusal> {
        if self.is_clean() {
            Ok(())
        } else {
            Err(Refusal::Fields(self.errors))
        }
    }
}

pub(crate) fn company(form: &mut Form, draft: &CompanyDraft) -> Option<vault::CompanyFields> {
    let name = form.take(
        Field::CompanyName,
        CompanyName::new(&draft.name).map_err(text),
    );
    let corporate_number = form.corporate_number(Field::CorporateNumber, &draft.corporate_number);
    let address = form.take(
        Field::CompanyAddress,
        optional(&draft.address, |t| Address::new(t).map_err(text)),
    );
    Some(vault::CompanyFields {
        name: name?,
        corporate_number: corporate_number?,
        address: address?,
    })
}

/// Somebody who is no employee.
pub(crate) fn particulars(form: &mut Form, draft: &Particulars) -> Option<vault::Particulars> {
    let name = form.text(Field::Name, &draft.name, PersonName::new);
    let filing_name = form.filing_name(&draft.filing_name);
    let kana = form.optional_text(Field::Kana, &draft.kana, Kana::new);
    let other_names = official::other_names(form, &draft.other_names);
    let birth_date = form.optional_day(Field::BirthDate, &draft.birth_date);
    let postal_code = official::postal_code(form, &draft.postal_code);
    let address = form.optional_text(Field::Address, &draft.address, Address::new);
    Some(vault::Particulars {
        name: name?,
        filing_name: filing_name?,
        kana: kana?,
        other_names: other_names?,
        birth_date: birth_date?,
        sex: draft.sex,
        postal_code: postal_code?,
        address: address?,
    })
}

pub(crate) fn owner_name(form: &mut Form, typed: &str) -> Option<PersonName> {
    form.take(Field::OwnerName, PersonName::new(typed).map_err(text))
}

pub(crate) fn passphrase(form: &mut Form, field: Field, typed: &Secret) -> Option<()> {
    let checked = mynumber::passphrase::check(typed.expose()).map_err(|error| match error {
        PassphraseError::Characters => ErrorCode::PassphraseCharacters,
        PassphraseError::TooLong => ErrorCode::FieldTooLong,
        PassphraseError::TooShort | PassphraseError::Guessable => ErrorCode::PassphraseTooWeak,
    });
    form.take(field, checked)
}

pub(crate) fn recovery_words(form: &mut Form, typed: &Secret) -> Option<()> {
    let words = typed.expose();
    let checked = if words.trim().is_empty() {
        Err(ErrorCode::FieldEmpty)
    } else if words.len() > MAX_RECOVERY_WORDS {
        Err(ErrorCode::FieldTooLong)
    } else {
        Ok(())
    };
    form.take(Field::RecoveryWords, checked)
}

/// A person's fields. `today` is the day in Japan.
pub(crate) fn person(
    form: &mut Form,
    draft: &PersonDraft,
    today: Date,
) -> Option<vault::PersonFields> {
    let employee_no = form.take(
        Field::EmployeeNo,
        EmployeeNo::new(&draft.employee_no).map_err(|error| match error {
            TextError::IndividualNumber => ErrorCode::EmployeeNoIsNumber,
            other => text(other),
        }),
    );
    let name = form.take(Field::Name, PersonName::new(&draft.name).map_err(text));
    let kana = form.take(
        Field::Kana,
        optional(&draft.kana, |t| Kana::new(t).map_err(text)),
    );
    let birth_date = form.take(
        Field::BirthDate,
        match required(&draft.birth_date).and_then(date) {
            Ok(born) if born > today => Err(ErrorCode::DateOutOfRange),
            other => other,
        },
    );
    let address = form.take(
        Field::Address,
        optional(&draft.address, |t| Address::new(t).map_err(text)),
    );
    let hired_on = form.take(
        Field::HiredOn,
        match (optional(&draft.hired_on, date), birth_date) {
            (Ok(Some(hired)), Some(born)) if hired <= born => Err(ErrorCode::DateOutOfRange),
            (other, _) => other,
        },
    );
    Some(vault::PersonFields {
        employee_no: employee_no?,
        name: name?,
        kana: kana?,
        birth_date: birth_date?,
        sex: draft.sex,
        address: address?,
        hired_on: hired_on?,
    })
}

/// A number as it was typed, and what was said of where it is from.
pub(crate) struct TypedNumber {
    number: IndividualNumber,
    source: Option<NumberSource>,
    valid_from: Option<Date>,
}

impl TypedNumber {
    pub(crate) fn draft<'a>(&'a self, purposes: &'a [Purpose]) -> NumberDraft<'a> {
        NumberDraft {
            number: &self.number,
            purposes,
            source: self.source,
            valid_from: self.valid_from,
        }
    }
}

/// A number with where it is from. `born` where it is known.
pub(crate) fn number(
    form: &mut Form,
    entry: &NumberEntry,
    born: Option<Date>,
    today: Date,
) -> Option<TypedNumber> {
    let number = digits(form, entry);
    let valid_from = match form.optional_day(Field::ValidFrom, &entry.valid_from)? {
        Some(day) if !can_hold_from(day, born, today) => {
            form.note(Field::ValidFrom, ErrorCode::ValidFromImpossible);
            return None;
        }
        valid_from => valid_from,
    };
    Some(TypedNumber {
        number: number?,
        source: entry.source,
        valid_from,
    })
}

/// The number, typed twice. A second entry that is no number itself is simply different.
fn digits(form: &mut Form, entry: &NumberEntry) -> Option<IndividualNumber> {
    let first = form.take(Field::Number, parse_number(&entry.first))?;
    let same = IndividualNumber::parse(entry.second.expose())
        .is_ok_and(|second| bool::from(subtle::ConstantTimeEq::ct_eq(&first, &second)));
    if same {
        Some(first)
    } else {
        form.note(Field::NumberAgain, ErrorCode::NumbersDiffer);
        None
    }
}

fn parse_number(typed: &Secret) -> Result<IndividualNumber, ErrorCode> {
    IndividualNumber::parse(typed.expose()).map_err(|error| match error {
        NumberError::Length | NumberError::NotDigit => ErrorCode::NumberLength,
        NumberError::CheckDigit => ErrorCode::NumberCheckDigit,
        NumberError::AllZero => ErrorCode::NumberAllZero,
    })
}

pub(crate) fn companion_name(form: &mut Form, typed: &str) -> Option<Label> {
    form.take(Field::CompanionName, Label::new(typed.trim()).map_err(text))
}

/// The last day of an approval: today or later.
pub(crate) fn expires(form: &mut Form, typed: &str, today: Date) -> Option<Date> {
    form.take(
        Field::Expires,
        match required(typed).and_then(date) {
            Ok(day) if day < today => Err(ErrorCode::DateOutOfRange),
            other => other,
        },
    )
}

/// The longest search, in characters.
const MAX_QUERY: usize = 200;

pub(crate) fn query(typed: &str) -> Result<(), Refusal> {
    if typed.chars().nth(MAX_QUERY).is_some() {
        Err(ErrorCode::FieldTooLong.into())
    } else {
        Ok(())
    }
}

/// A form that asks for nothing but a day.
pub(crate) fn one_day(field: Field, typed: &str) -> Result<Date, Refusal> {
    let mut form = Form::default();
    let day = form.day(field, typed);
    form.finish(day)
}

pub(crate) fn rename(draft: &Rename) -> Result<vault::Rename, Refusal> {
    let mut form = Form::default();
    let name = form.text(Field::Name, &draft.name, PersonName::new);
    let filing_name = form.filing_name(&draft.filing_name);
    let kana = form.optional_text(Field::Kana, &draft.kana, Kana::new);
    let on = form.day(Field::On, &draft.on);
    let rename = (|| {
        Some(vault::Rename {
            name: name?,
            filing_name: filing_name?,
            kana: kana?,
            on: on?,
        })
    })();
    form.finish(rename)
}

fn date(typed: &str) -> Result<Date, ErrorCode> {
    Date::parse(typed).map_err(|error| match error {
        DateError::Form | DateError::NoSuchDay => ErrorCode::DateInvalid,
        DateError::OutsideEra { .. } => ErrorCode::DateOutsideEra,
        DateError::OutOfRange => ErrorCode::DateOutOfRange,
    })
}

fn required(typed: &str) -> Result<&str, ErrorCode> {
    if is_blank(typed) {
        Err(ErrorCode::FieldEmpty)
    } else {
        Ok(typed)
    }
}

fn optional<T>(
    typed: &str,
    parse: impl Fn(&str) -> Result<T, ErrorCode>,
) -> Result<Option<T>, ErrorCode> {
    if is_blank(typed) {
        Ok(None)
    } else {
        parse(typed).map(Some)
    }
}

fn is_blank(typed: &str) -> bool {
    typed.chars().all(char::is_whitespace)
}

fn filing(error: FilingNameError) -> ErrorCode {
    match error {
        FilingNameError::Text(error) => text(error),
        FilingNameError::Outside(_) => ErrorCode::FilingCharacter,
    }
}

pub(crate) fn text(error: TextError) -> ErrorCode {
    match error {
        TextError::Empty => ErrorCode::FieldEmpty,
        TextError::TooLong { .. } => ErrorCode::FieldTooLong,
        TextError::ControlCharacter => ErrorCode::ControlCharacter,
        TextError::NotKatakana => ErrorCode::KanaInvalid,
        TextError::NotRomaji => ErrorCode::RomajiInvalid,
        TextError::IndividualNumber => ErrorCode::NumberInText,
    }
}
