//! Low-level types in the text form.

use super::lexer::Lexer;
use super::{ReadResult, Reader};
use rpy_lltype::{Field, FuncSig, LLType, LLTypeId, LLTypes, StructType};
use rustc_hash::FxHashMap;

/// The structs and opaques that exist, by their text.
pub(super) fn known_structs(types: &LLTypes) -> FxHashMap<String, LLTypeId> {
    let mut found = FxHashMap::default();
    for i in 0..types.len() {
        let id = LLTypeId::new(i);
        if matches!(types.get(id), LLType::Struct(_) | LLType::Opaque { .. }) {
            found.entry(types.text(id)).or_insert(types.resolve(id));
        }
    }
    found
}

impl Reader<'_> {
    /// `type GcStruct name { field: Type, … }`; the struct may refer to itself.
    pub(super) fn declare(&mut self, line: &str) -> ReadResult<()> {
        let mut lex = Lexer::new(line.strip_prefix("type ").unwrap_or(line));
        let kind = lex.plain_word()?;
        let name = lex.word()?;
        let forward = self.types.forward();
        self.structs.insert(format!("{kind} {name}"), forward);
        lex.expect("{")?;
        let mut fields = vec![];
        while !lex.eat("}") {
            let name = lex.plain_word()?.into();
            lex.expect(":")?;
            fields.push(Field {
                name,
                ty: self.ty(&mut lex)?,
            });
            lex.eat(",");
        }
        let made = self.types.intern(LLType::Struct(StructType {
            name: name.into(),
            gc: kind == "GcStruct",
            fields,
            hints: vec![],
            tag: 0,
        }));
        self.types.become_type(forward, made);
        self.structs
            .insert(format!("{kind} {name}"), self.types.resolve(forward));
        Ok(())
    }

    pub(super) fn ty(&mut self, lex: &mut Lexer<'_>) -> ReadResult<LLTypeId> {
        if let Some(id) = lex.try_id('T') {
            return Ok(LLTypeId(id));
        }
        let word = lex.plain_word()?;
        Ok(match word {
            "Void" => LLTypes::VOID,
            "Bool" => LLTypes::BOOL,
            "Char" => LLTypes::CHAR,
            "UniChar" => LLTypes::UNICHAR,
            "Signed" => LLTypes::SIGNED,
            "Unsigned" => LLTypes::UNSIGNED,
            "Float" => LLTypes::FLOAT,
            "SingleFloat" => LLTypes::SINGLEFLOAT,
            "LongFloat" => LLTypes::LONGFLOAT,
            "Address" => LLTypes::ADDRESS,
            "WeakRef" => LLTypes::WEAKREF,
            "Ptr" => {
                let of = self.argument(lex)?;
                self.types.ptr(of)
            }
            "GcArray" | "Array" => {
                let of = self.argument(lex)?;
                self.array(word == "GcArray", of)
            }
            "FixedSizeArray" => self.fixed_array(lex)?,
            "Func" => self.func(lex)?,
            "Struct" | "GcStruct" | "Opaque" | "GcOpaque" => self.named(word, lex)?,
            _ => self.sized_int(word)?,
        })
    }

    /// An array type that is there already, with whatever hints, or a new one without.
    fn array(&mut self, gc: bool, of: LLTypeId) -> LLTypeId {
        for i in 0..self.types.len() {
            let id = LLTypeId::new(i);
            if let LLType::Array { of: known, gc: g, .. } = self.types.get(id)
                && *g == gc
                && self.types.same(*known, of)
            {
                return self.types.resolve(id);
            }
        }
        self.types.intern(LLType::Array { of, gc, hints: vec![] })
    }

    fn argument(&mut self, lex: &mut Lexer<'_>) -> ReadResult<LLTypeId> {
        lex.expect("(")?;
        let ty = self.ty(lex)?;
        lex.expect(")")?;
        Ok(ty)
    }

    fn fixed_array(&mut self, lex: &mut Lexer<'_>) -> ReadResult<LLTypeId> {
        lex.expect("(")?;
        let of = self.ty(lex)?;
        lex.expect(",")?;
        let length = u64::try_from(lex.int()?).map_err(|e| e.to_string())?;
        lex.expect(")")?;
        Ok(self.types.intern(LLType::FixedArray {
            of,
            length,
            hints: vec![],
        }))
    }

    fn func(&mut self, lex: &mut Lexer<'_>) -> ReadResult<LLTypeId> {
        lex.expect("(")?;
        let mut args = vec![];
        while !lex.eat(")") {
            args.push(self.ty(lex)?);
            lex.eat(",");
        }
        lex.expect("->")?;
        let result = self.ty(lex)?;
        Ok(self.types.intern(LLType::Func(FuncSig { args, result })))
    }

    fn named(&mut self, kind: &str, lex: &mut Lexer<'_>) -> ReadResult<LLTypeId> {
        let mut name = lex.plain_word()?.to_string();
        while lex.eat(".") {
            name = format!("{name}.{}", lex.plain_word()?);
        }
        let mut key = format!("{kind} {name}");
        if lex.eat("#") {
            key = format!("{key}#{}", lex.int()?);
        }
        self.structs
            .get(&key)
            .copied()
            .ok_or_else(|| format!("there is no type {key}"))
    }

    fn sized_int(&mut self, word: &str) -> ReadResult<LLTypeId> {
        let (signed, bits) = match (word.strip_prefix("Int"), word.strip_prefix("UInt")) {
            (Some(bits), _) => (true, bits),
            (_, Some(bits)) => (false, bits),
            _ => return Err(format!("there is no type {word}")),
        };
        let bits = bits.parse().map_err(|_| format!("there is no type {word}"))?;
        Ok(self.types.int(bits, signed))
    }
}
