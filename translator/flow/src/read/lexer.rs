//! Tokens of the text form.

/// A token that can start an operand.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A number without point or exponent, also hexadecimal.
    Int(i128),
    /// A number with a point or exponent.
    Float(f64),
    /// Text in single quotes, unescaped.
    Quoted(String),
    /// `U+0041`.
    CodePoint(u32),
    /// A name.
    Word(&'t str),
    /// Anything else.
    Symbol(char),
}

/// What is left of a line.
pub(super) struct Lexer<'t> {
    rest: &'t str,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.' || c == '<' || c == '>'
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Lexer {
            rest: text.trim_start(),
        }
    }

    fn skip(&mut self, n: usize) {
        self.rest = self.rest[n..].trim_start();
    }

    pub(super) fn done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self, text: &str) -> bool {
        self.rest.starts_with(text)
    }

    /// Takes `text` if it is next.
    pub(super) fn eat(&mut self, text: &str) -> bool {
        let found = !text.is_empty() && self.peek(text);
        if found {
            self.skip(text.len());
        }
        found
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        let found = &self.rest[..end] == word;
        if found {
            self.skip(end);
        }
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.eat(text) {
            Ok(())
        } else {
            Err(format!("'{text}' is expected before '{}'", self.rest))
        }
    }

    /// The text in front of a character, which is taken too.
    pub(super) fn until(&mut self, end: char) -> Result<&'t str, String> {
        let at = self.rest.find(end).ok_or_else(|| format!("'{end}' is missing"))?;
        let text = &self.rest[..at];
        self.skip(at + end.len_utf8());
        Ok(text)
    }

    /// A name, which may hold points and angle brackets after its first character.
    pub(super) fn word(&mut self) -> Result<&'t str, String> {
        let end = self.rest.find(|c: char| !is_word(c)).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("a name is expected before '{}'", self.rest));
        }
        let word = &self.rest[..end];
        self.skip(end);
        Ok(word)
    }

    /// A name of letters, digits and underscores.
    pub(super) fn plain_word(&mut self) -> Result<&'t str, String> {
        let end = self
            .rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.rest.len());
        if end == 0 {
            return Err(format!("a name is expected before '{}'", self.rest));
        }
        let word = &self.rest[..end];
        self.skip(end);
        Ok(word)
    }

    /// The number of an entity such as `v12`.
    pub(super) fn try_id(&mut self, prefix: char) -> Option<u32> {
        let digits = self.rest.strip_prefix(prefix)?;
        let n = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        if digits[n..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return None;
        }
        let id = digits[..n].parse().ok()?;
        self.skip(n + 1);
        Some(id)
    }

    pub(super) fn id(&mut self, prefix: char) -> Result<u32, String> {
        self.try_id(prefix)
            .ok_or_else(|| format!("{prefix}… is expected before '{}'", self.rest))
    }

    pub(super) fn int(&mut self) -> Result<i64, String> {
        match self.token()? {
            Token::Int(i) => i64::try_from(i).map_err(|e| e.to_string()),
            other => Err(format!("{other:?} is no number")),
        }
    }

    pub(super) fn token(&mut self) -> Result<Token<'t>, String> {
        let first = self.rest.chars().next().ok_or("the line ends too early")?;
        if first == '\'' {
            return self.quoted();
        }
        if let Some(hex) = self.rest.strip_prefix("U+") {
            let n = hex.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(hex.len());
            let c = u32::from_str_radix(&hex[..n], 16).map_err(|e| e.to_string())?;
            self.skip(n + 2);
            return Ok(Token::CodePoint(c));
        }
        if first.is_ascii_digit() || (first == '-' && !self.peek("->")) {
            return self.number();
        }
        if first.is_alphabetic() || first == '_' {
            return self.plain_word().map(Token::Word);
        }
        self.skip(first.len_utf8());
        Ok(Token::Symbol(first))
    }

    fn number(&mut self) -> Result<Token<'t>, String> {
        let part = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '+';
        let n = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let text = &self.rest[..n];
        self.skip(n);
        if let Some(hex) = text.strip_prefix("0x") {
            let bits = u64::from_str_radix(hex, 16).map_err(|e| e.to_string())?;
            return Ok(Token::Int(i128::from(bits as i64)));
        }
        if let Ok(i) = text.parse() {
            return Ok(Token::Int(i));
        }
        text.parse()
            .map(Token::Float)
            .map_err(|_| format!("'{text}' is no number"))
    }

    fn quoted(&mut self) -> Result<Token<'t>, String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((i, c)) = chars.next() {
            match c {
                '\'' => {
                    self.skip(i + 1);
                    return Ok(Token::Quoted(text));
                }
                '\\' => {
                    let (_, escaped) = chars.next().ok_or("the quote does not end")?;
                    text.push(match escaped {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        '0' => '\0',
                        'u' => {
                            let digits: String = chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').collect();
                            let code = u32::from_str_radix(digits.trim_start_matches('{'), 16);
                            code.ok().and_then(char::from_u32).ok_or("a bad escape")?
                        }
                        other => other,
                    });
                }
                other => text.push(other),
            }
        }
        Err("the quote does not end".into())
    }
}
