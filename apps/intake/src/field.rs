use serde::{Deserialize, Serialize};

/// What a column tells of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// 社員番号; in a family row the employee's.
    EmployeeNo,
    /// 社員氏名 in a family row: compared, never registered.
    EmployeeName,
    /// 続柄; 本人 or empty makes an employee's row.
    Relationship,
    /// 氏名
    Name,
    /// 姓 and 名 in columns of their own are put together with a blank between.
    Surname,
    GivenName,
    /// 届出用氏名
    FilingName,
    /// フリガナ
    Kana,
    SurnameKana,
    GivenNameKana,
    /// ローマ字氏名
    Romaji,
    /// 通称
    Alias,
    /// 旧姓
    FormerSurname,
    /// 生年月日
    BirthDate,
    /// 性別
    Sex,
    /// 郵便番号
    PostalCode,
    /// 住所, or its first part
    Address,
    Prefecture,
    City,
    Street,
    Building,
    /// 部署
    Department,
    /// 役職
    Title,
    /// 雇用区分
    Employment,
    /// 入社日
    HiredOn,
    /// 退職日
    RetiredOn,
    /// 退職理由
    RetirementReason,
    /// 基礎年金番号
    PensionNumber,
    /// 雇用保険被保険者番号
    EmploymentInsuranceNumber,
    /// 健康保険・厚生年金保険の資格取得日
    SocialInsuredFrom,
    /// 健康保険・厚生年金保険の資格喪失日
    SocialInsuredUntil,
    /// 雇用保険の資格取得日
    EmploymentInsuredFrom,
    /// 雇用保険の資格喪失日
    EmploymentInsuredUntil,
    /// 個人番号
    Number,
    /// 同居・別居
    Cohabitation,
    /// 控除区分
    TaxClass,
    /// 障害者区分
    Disability,
    /// 非居住者区分
    NonResident,
    /// 健保被扶養者
    HealthInsurance,
    /// 国民年金第3号被保険者
    PensionThird,
    /// The first day as a dependant
    From,
    /// The last day as a dependant
    Until,
}

impl Field {
    /// Whether it is the employee's and makes no sense for one of the family.
    pub const fn is_employees(self) -> bool {
        matches!(
            self,
            Field::EmployeeNo
                | Field::EmployeeName
                | Field::Department
                | Field::Title
                | Field::Employment
                | Field::HiredOn
                | Field::RetiredOn
                | Field::RetirementReason
                | Field::PensionNumber
                | Field::EmploymentInsuranceNumber
                | Field::SocialInsuredFrom
                | Field::SocialInsuredUntil
                | Field::EmploymentInsuredFrom
                | Field::EmploymentInsuredUntil
        )
    }
}

/// Whose field a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Of the person the row is about.
    Own(Field),
    /// Of the employee's family, in repeated columns: 家族1氏名, 家族2氏名 … The group,
    /// from 1 to [`Target::GROUPS`]; [`Target::SPOUSE`] is the group of 配偶者氏名 …,
    /// which needs no 続柄.
    Family(u8, Field),
}

impl Target {
    /// The most groups of family columns.
    pub const GROUPS: u8 = 20;
    /// The group whose relationship is 配偶者 without a column that says so.
    pub const SPOUSE: u8 = 0;
}
