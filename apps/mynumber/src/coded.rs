/// A closed list that is stored and sent by a short code and shown in both languages.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $japanese:literal, $english:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$variant_doc])* #[doc = $japanese] $variant,)+
        }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As stored and sent.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code,)+ }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.code() == code)
            }

            pub const fn japanese(self) -> &'static str {
                match self { $($name::$variant => $japanese,)+ }
            }

            pub const fn english(self) -> &'static str {
                match self { $($name::$variant => $english,)+ }
            }
        }

        #[cfg(test)]
        impl $crate::coded::Coded for $name {
            fn texts() -> Vec<(&'static str, &'static str, &'static str)> {
                Self::ALL.iter().map(|t| (t.code(), t.japanese(), t.english())).collect()
            }
        }
    };
}
pub(crate) use coded;

/// For the one test that looks at every list.
#[cfg(test)]
pub(crate) trait Coded {
    fn texts() -> Vec<(&'static str, &'static str, &'static str)>;
}

#[cfg(test)]
mod tests {
    use super::Coded;
    use std::collections::BTreeSet;

    fn check<T: Coded>() {
        let list = std::any::type_name::<T>();
        let mut codes = BTreeSet::new();
        let mut names = BTreeSet::new();
        for (code, ja, en) in T::texts() {
            assert!(codes.insert(code), "{list}: {code} stands twice");
            assert!(names.insert(ja), "{list}: {ja} stands twice");
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            assert!(code.bytes().all(plain), "{list}: {code}");
            assert!(!ja.is_ascii(), "{list}: {ja}");
            assert!(en.is_ascii() && !en.is_empty(), "{list}: {en}");
        }
    }

    #[test]
    fn codes_and_names_of_every_list_are_distinct_and_in_both_languages() {
        check::<crate::AgentAuthority>();
        check::<crate::CheckMethod>();
        check::<crate::Clause>();
        check::<crate::ClosingReason>();
        check::<crate::DelegateKind>();
        check::<crate::Destruction>();
        check::<crate::Employment>();
        check::<crate::MediumKind>();
        check::<crate::NumberSource>();
        check::<crate::RetirementReason>();
        check::<crate::Scale>();
        check::<crate::Settlement>();
        check::<crate::asking::Reporting>();
        check::<crate::collection::CollectionMethod>();
        check::<crate::collection::CollectionStatus>();
        check::<crate::collection::NotificationMethod>();
        check::<crate::collection::ContactMethod>();
        check::<crate::family::Deduction>();
        check::<crate::family::Disability>();
        check::<crate::family::Relationship>();
        check::<crate::family::Residency>();
        check::<crate::people::Continuity>();
        check::<crate::people::EmploymentStatus>();
        check::<crate::people::PayeeKind>();
        check::<crate::people::PersonKind>();
    }
}
