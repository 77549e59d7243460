//! Breadcrumbs: the screens on the way from the home screen to one.

use codes::{Language, ScreenCode};

/// Where Escape leads in the end, screen by screen.
fn parent(screen: ScreenCode) -> Option<ScreenCode> {
    Some(match screen {
        ScreenCode::People
        | ScreenCode::PersonForm
        | ScreenCode::Ledger
        | ScreenCode::Companions
        | ScreenCode::HandOver
        | ScreenCode::Receipts
        | ScreenCode::UserDictionary => ScreenCode::Home,
        ScreenCode::WordForm => ScreenCode::UserDictionary,
        ScreenCode::Person => ScreenCode::People,
        ScreenCode::RegisterCompanion | ScreenCode::ApprovePc => ScreenCode::Companions,
        ScreenCode::HandOverDone => ScreenCode::HandOver,
        ScreenCode::RecoverWithWords | ScreenCode::NewPassphrase | ScreenCode::ChooseCompany => {
            ScreenCode::Login
        }
        ScreenCode::FirstRunPassphrase => ScreenCode::FirstRunCompany,
        ScreenCode::RecoveryWords => ScreenCode::FirstRunPassphrase,
        ScreenCode::RecoveryCheck => ScreenCode::RecoveryWords,
        _ => return None,
    })
}

/// What `screen` is called on the way to `to`: what both names begin with (`初期設定：`) is said
/// once, by the last.
pub fn crumb(screen: ScreenCode, to: ScreenCode, language: Language) -> String {
    let (name, last) = (screen.title(language), to.title(language));
    let sign = ['：', ':'];
    match (name.split_once(sign), last.split_once(sign)) {
        (Some((begin, rest)), Some((other, _))) if begin == other => {
            let mut rest = rest.trim().chars();
            let first = rest.next().into_iter().flat_map(char::to_uppercase);
            first.chain(rest.by_ref()).collect()
        }
        _ => name.to_owned(),
    }
}

/// The way to `screen`, without it. `entered`: somebody works in a company, and changes it from home.
pub fn to(screen: ScreenCode, entered: bool) -> Vec<ScreenCode> {
    if screen == ScreenCode::ChooseCompany && entered {
        return vec![ScreenCode::Home];
    }
    let mut way: Vec<ScreenCode> = std::iter::successors(parent(screen), |s| parent(*s)).collect();
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_from_home() {
        assert_eq!(
            to(ScreenCode::Person, true),
            [ScreenCode::Home, ScreenCode::People]
        );
        assert_eq!(to(ScreenCode::Home, true), []);
        let company = ScreenCode::ChooseCompany;
        assert_eq!(to(company, false), [ScreenCode::Login]);
        assert_eq!(to(company, true), [ScreenCode::Home]);
    }

    #[test]
    fn what_all_steps_begin_with_is_said_once() {
        let (first, words) = (ScreenCode::FirstRunCompany, ScreenCode::RecoveryWords);
        for (language, name) in [
            (Language::Japanese, "事業者と責任者"),
            (Language::English, "Company and responsible person"),
        ] {
            assert_eq!(crumb(first, words, language), name);
        }
        let home = crumb(ScreenCode::Home, ScreenCode::People, Language::Japanese);
        assert_eq!(home, "ホーム");
    }
}
