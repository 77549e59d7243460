use crate::EntryError;
use crate::entry::{id, integer, text};
use crate::form::{Form, Malformed, Reader};

/// Declares the kinds of [`Subject`] once: the enum, its one form and its checks.
macro_rules! subjects {
    ($(
        $(#[$doc:meta])*
        $variant:ident $kind:literal { $($(#[$about:meta])* $field:ident: $type:ty),* }
    )*) => {
        /// Whom or what an entry is about. Never a number or anything derived from one.
        ///
        /// Ids of people are those of the vault's one list of people; other ids are 1 to
        /// 64 characters of `A-Z a-z 0-9 - _`.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Subject {
            $($(#[$doc])* $variant { $($(#[$about])* $field: $type),* },)*
        }

        impl Subject {
            /// Every kind, by its word in the bytes.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// The kind's word in the bytes.
            pub const fn kind(&self) -> &'static str {
                match self { $(Subject::$variant { .. } => $kind,)* }
            }

            pub(crate) fn check(&self) -> Result<(), EntryError> {
                match self {
                    $(Subject::$variant { $($field),* } => {
                        $(checked(stringify!($field), $field)?;)*
                    })*
                }
                Ok(())
            }
        }

        impl Form for Subject {
            fn write(&self, out: &mut Vec<u8>) {
                match self {
                    $(Subject::$variant { $($field),* } => {
                        out.extend(concat!("{\"kind\":\"", $kind, "\"").bytes());
                        $(
                            out.extend(concat!(",\"", stringify!($field), "\":").bytes());
                            $field.write(out);
                        )*
                        out.push(b'}');
                    })*
                }
            }

            fn read(from: &mut Reader<'_>) -> Result<Self, Malformed> {
                from.expect("{\"kind\":\"")?;
                $(
                    if from.expect(concat!($kind, "\"")).is_ok() {
                        let subject = Subject::$variant {
                            $($field: from.member(concat!(",\"", stringify!($field), "\":"))?),*
                        };
                        from.expect("}")?;
                        return Ok(subject);
                    }
                )*
                Err(Malformed)
            }
        }
    };
}

subjects! {
    /// An employee (従業員).
    Person "person" { id: i64, employee_no: String, name: String }
    /// A member of an employee's family (扶養親族等).
    Dependant "dependant" {
        id: i64,
        name: String,
        /// Id of the employee.
        employee: i64,
        employee_no: String,
        employee_name: String
    }
    /// An individual payee (支払先).
    Payee "payee" { id: i64, code: String, name: String }
    /// A payee that is a corporation; it has no individual number. Its id is one of
    /// corporate payees, not of people.
    CorporatePayee "corporate_payee" { id: i64, code: String, name: String }
    /// A 事業者 that is a natural person.
    Proprietor "proprietor" { id: i64, name: String }
    /// 事業者
    Company "company" { id: String, name: String }
    /// 部署
    Department "department" { id: String, name: String }
    /// A user of the vault; not one of the people whose numbers are held.
    User "user" { id: i64, name: String }
    /// 委託先
    Delegate "delegate" { id: String, name: String }
    /// A medium of the register (持出管理簿).
    Medium "medium" { id: String, name: String }
    /// A report or an export of the ledger, by what it covers.
    Report "report" { id: String, name: String }
    /// An import, by its file's name.
    Import "import" { id: String, name: String }
    /// A copy of the vault.
    Snapshot "snapshot" { id: String, name: String }
    /// A request for approval or another act, by its title.
    Request "request" { id: String, name: String }
    /// A companion stick, registered or claiming to be.
    Companion "companion" { id: String, name: String }
    /// A payroll PC.
    PayrollPc "payroll_pc" { id: String, name: String }
    /// A USB device, by the name it gives itself.
    Device "device" { name: String }
}

impl Subject {
    /// For people: `山田 太郎（0001）`.
    pub fn text(&self) -> String {
        match self {
            Subject::Person {
                employee_no: no,
                name,
                ..
            }
            | Subject::Payee { code: no, name, .. }
            | Subject::CorporatePayee { code: no, name, .. } => format!("{name}（{no}）"),
            Subject::Dependant {
                name,
                employee_no,
                employee_name,
                ..
            } => format!("{name}（{employee_name}（{employee_no}）の家族）"),
            Subject::Proprietor { name, .. }
            | Subject::Company { name, .. }
            | Subject::Department { name, .. }
            | Subject::User { name, .. }
            | Subject::Delegate { name, .. }
            | Subject::Medium { name, .. }
            | Subject::Report { name, .. }
            | Subject::Import { name, .. }
            | Subject::Snapshot { name, .. }
            | Subject::Request { name, .. }
            | Subject::Companion { name, .. }
            | Subject::PayrollPc { name, .. }
            | Subject::Device { name } => name.clone(),
        }
    }

    /// Whose number it is about: the id in the vault's list of people.
    pub const fn person(&self) -> Option<i64> {
        match self {
            Subject::Person { id, .. }
            | Subject::Dependant { id, .. }
            | Subject::Payee { id, .. }
            | Subject::Proprietor { id, .. } => Some(*id),
            _ => None,
        }
    }
}

fn checked(name: &str, value: &impl Checked) -> Result<(), EntryError> {
    value.check(name == "id")
}

trait Checked {
    fn check(&self, is_id: bool) -> Result<(), EntryError>;
}

impl Checked for i64 {
    fn check(&self, _is_id: bool) -> Result<(), EntryError> {
        integer(self.unsigned_abs())
    }
}

impl Checked for String {
    fn check(&self, is_id: bool) -> Result<(), EntryError> {
        if is_id { id(self) } else { text(self) }
    }
}
