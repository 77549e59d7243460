//! What people type: numbers, dates, names, codes. What is accepted keeps its value, and
//! no text holds an individual number where none may stand.

use mynumber::{
    Address, CorporateNumber, Date, EmployeeNo, IndividualNumber, Kana, Label, PersonName, Purpose,
    contains_individual_number, passphrase, search,
};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    number(text);
    date(text);
    texts(text);
    folding(text);
    let _ = passphrase::check(text);
    if let Ok(number) = CorporateNumber::parse(text) {
        let again = CorporateNumber::parse(number.as_str());
        assert_eq!(again, Ok(number));
    }
    official(text);
}

fn official(text: &str) {
    macro_rules! read_back {
        ($($kind:ident),*) => {$(
            if let Ok(kept) = mynumber::$kind::parse(text) {
                assert!(IndividualNumber::parse(kept.as_str()).is_err());
                assert_eq!(mynumber::$kind::parse(kept.as_str()), Ok(kept));
            }
        )*};
    }
    read_back!(
        PostalCode,
        Telephone,
        PensionNumber,
        EmploymentInsuranceNumber,
        EmploymentInsuranceOffice,
        OfficeSymbol,
        OfficeNumber,
        TaxReference1,
        TaxReference2,
        BranchNumber,
        DesignatedNumber,
        MunicipalityCode
    );
}

fn number(text: &str) {
    let Ok(number) = IndividualNumber::parse(text) else {
        return;
    };
    let digits = number.digits_for(Purpose::WithholdingTax);
    assert!(contains_individual_number(&digits));
    let again = IndividualNumber::parse(&digits).expect("twelve digits that were accepted");
    assert_eq!(again.seal_bytes(), number.seal_bytes());
    let sealed = IndividualNumber::from_sealed(number.seal_bytes());
    assert!(sealed.is_ok());
    assert!(!format!("{number:?}").contains(|c: char| c.is_ascii_digit()));
}

fn date(text: &str) {
    let Ok(date) = Date::parse(text) else {
        return;
    };
    assert_eq!(Date::parse(&date.to_string()), Ok(date));
    assert_eq!(Date::parse(&date.japanese()), Ok(date));
}

fn texts(text: &str) {
    let accepted = [
        PersonName::new(text).map(String::from),
        EmployeeNo::new(text).map(String::from),
        Kana::new(text).map(String::from),
        Address::new(text).map(String::from),
        Label::new(text).map(String::from),
    ];
    for kept in accepted.into_iter().flatten() {
        assert_eq!(kept, text);
        assert!(!contains_individual_number(&kept));
    }
}

fn folding(text: &str) {
    let _ = search::fold(text);
    let _ = search::sort_key(text);
    assert!(search::words(text).iter().all(|word| !word.is_empty()));
}
