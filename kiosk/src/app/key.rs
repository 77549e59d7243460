use protocol::settings::Rotation;

/// A key as the screens understand it: what it means, not where it sits.
///
/// Which key of a keyboard means what is decided by [`crate::platform::keymap`] (stick)
/// or the window system (desktop).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Char(char),
    Enter,
    Tab,
    BackTab,
    Escape,
    Backspace,
    Delete,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    /// F1 … F12
    F(u8),
    /// 半角/全角
    KanaToggle,
    /// 変換
    Convert,
    /// Shift+変換: the candidate before
    ConvertBack,
    /// 無変換
    NonConvert,
    /// Ctrl + Alt + an arrow: the picture stands like this.
    Turn(Rotation),
    /// Ctrl + plus: everything is drawn larger.
    Larger,
    /// Ctrl + minus
    Smaller,
    /// Shift+無変換
    FullLatin,
    /// カタカナひらがな
    Hiragana,
    /// Shift+カタカナひらがな
    Katakana,
    /// Alt+カタカナひらがな: romaji or kana typing
    TypingStyle,
    /// Shift+Space
    ShiftSpace,
    /// Shift with an arrow, Home or End
    Extend(Motion),
    /// Ctrl+A
    SelectAll,
    /// Ctrl+F7 and Ctrl+F10: 単語登録
    RegisterWord,
}

/// Where the caret goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    Home,
    End,
}
