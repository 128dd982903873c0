//! Tokens. Their text is found by their position; the line structure is added by [`crate::layout`].

use std::fmt;

use logos::Logos;

macro_rules! tokens {
    ($($variant:ident = $text:literal)*) => {
        /// A token. Names, numbers and strings are one kind each.
        #[derive(Logos, Copy, Clone, PartialEq, Eq, Debug)]
        pub(crate) enum Token {
            $(#[token($text)] $variant,)*

            #[regex("[A-Za-z_][A-Za-z0-9_]*")]
            Name,

            #[regex("0[xX][0-9a-fA-F]+[lL]?")]
            #[regex("0[oO][0-7]+[lL]?")]
            #[regex("0[bB][01]+[lL]?")]
            #[regex("[0-9]+[lLjJ]?")]
            #[regex(r"[0-9]+\.[0-9]*([eE][+-]?[0-9]+)?[jJ]?")]
            #[regex(r"\.[0-9]+([eE][+-]?[0-9]+)?[jJ]?")]
            #[regex("[0-9]+[eE][+-]?[0-9]+[jJ]?")]
            Number,

            /// As logos sees it only the prefix and one quote; the layout layer extends it to the closing quote.
            #[regex("[bBuU]?[rR]?['\"]")]
            String,

            /// The end of a logical line.
            #[token("\n")]
            Newline,
            /// The start of a deeper block.
            Indent,
            /// The end of a block.
            Dedent,

            /// First token of a file.
            ModuleStart,
            /// First token of the text of an `eval`.
            EvalStart,
            /// First token of a line typed in.
            SingleStart,

            /// Never leaves the layout layer.
            #[regex("[ \t\x0c]+")]
            Blank,
            /// Never leaves the layout layer.
            #[regex("#[^\n]*")]
            Comment,
            /// Never leaves the layout layer.
            #[token("\\\n")]
            Continuation,
        }

        impl Token {
            /// The text of a keyword or an operator, or what kind of token it is.
            pub(crate) fn describe(self) -> &'static str {
                match self {
                    $(Token::$variant => $text,)*
                    Token::Name => "name",
                    Token::Number => "number",
                    Token::String => "string",
                    Token::Newline => "end of line",
                    Token::Indent => "indent",
                    Token::Dedent => "end of block",
                    Token::ModuleStart | Token::EvalStart | Token::SingleStart => "start of file",
                    Token::Blank => "blank",
                    Token::Comment => "comment",
                    Token::Continuation => "continued line",
                }
            }
        }
    };
}

tokens! {
    And = "and"
    As = "as"
    Assert = "assert"
    Break = "break"
    Class = "class"
    Continue = "continue"
    Def = "def"
    Del = "del"
    Elif = "elif"
    Else = "else"
    Except = "except"
    Exec = "exec"
    Finally = "finally"
    For = "for"
    From = "from"
    Global = "global"
    If = "if"
    Import = "import"
    In = "in"
    Is = "is"
    Lambda = "lambda"
    Not = "not"
    Or = "or"
    Pass = "pass"
    Print = "print"
    Raise = "raise"
    Return = "return"
    Try = "try"
    While = "while"
    With = "with"
    Yield = "yield"
    LeftParen = "("
    RightParen = ")"
    LeftBracket = "["
    RightBracket = "]"
    LeftBrace = "{"
    RightBrace = "}"
    Comma = ","
    Colon = ":"
    Semicolon = ";"
    Dot = "."
    At = "@"
    Backtick = "`"
    Assign = "="
    Plus = "+"
    Minus = "-"
    Star = "*"
    Slash = "/"
    DoubleSlash = "//"
    Percent = "%"
    DoubleStar = "**"
    LeftShift = "<<"
    RightShift = ">>"
    Ampersand = "&"
    Bar = "|"
    Caret = "^"
    Tilde = "~"
    PlusAssign = "+="
    MinusAssign = "-="
    StarAssign = "*="
    SlashAssign = "/="
    DoubleSlashAssign = "//="
    PercentAssign = "%="
    DoubleStarAssign = "**="
    LeftShiftAssign = "<<="
    RightShiftAssign = ">>="
    AmpersandAssign = "&="
    BarAssign = "|="
    CaretAssign = "^="
    Less = "<"
    LessEqual = "<="
    Equal = "=="
    NotEqual = "!="
    LessGreater = "<>"
    Greater = ">"
    GreaterEqual = ">="
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}
