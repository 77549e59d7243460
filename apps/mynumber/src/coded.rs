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
    };
}
pub(crate) use coded;
