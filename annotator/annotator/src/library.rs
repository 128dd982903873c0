//! Calls of the marked functions of the library.

use crate::annotator::{Annotator, Flow, Stop};
use crate::calls::Args;
use crate::desc::Desc;
use crate::intrinsics::Intrinsic;
use crate::model::{AnnId, IterKind, Kind};
use rpy_host::Value;
use rpy_lltype::{Int, LLTypeId, LLTypes};

impl Annotator {
    pub(crate) fn call_library_intrinsic(&mut self, i: Intrinsic, callable: AnnId, args: &Args) -> Flow {
        use Intrinsic as I;
        let p = args.positional.clone();
        let n = p.len();
        match i {
            I::WeAreTranslated => Ok(self.constant_bool(true)),
            I::RevdbFlagIoDisabled | I::JitIsConstant | I::JitIsVirtual => Ok(self.constant_bool(false)),
            I::IsAnnotationConstant if n == 1 => {
                let known = self.anns.constant(p[0]).is_some();
                Ok(self.constant_bool(known))
            }
            I::FetchTranslatedConfig => self.translated_config(),
            I::Instantiate => self.instantiate(p.first().copied()),
            I::KeepaliveUntilHere
            | I::FreeNonGcObject
            | I::ResizelistHint
            | I::PrepareDictUpdate
            | I::LlAssert
            | I::FatalError
            | I::FatalErrorNotb
            | I::DebugPrintTraceback
            | I::AttachGdb
            | I::DebugPrint
            | I::DebugFlush
            | I::DebugForked
            | I::GcCollect
            | I::GcEnable
            | I::GcDisable
            | I::GcUnpin
            | I::GcAddMemoryPressure
            | I::LlArrayCopy
            | I::LlArrayMove
            | I::LlArrayClear
            | I::LlWriteBarrier
            | I::MayIgnoreFinalizer
            | I::RegisterCustomTraceHook
            | I::GcSetMaxHeapSize
            | I::GcIncreaseRootStackDepth
            | I::GcDumpRpyHeap
            | I::GcToggleGcflagExtra
            | I::JitMarker
            | I::JitIgnore
            | I::WriteStdout
            | I::RawStorageSetItem => Ok(AnnId::NONE),
            I::RegisterFinalizer => self.register_finalizer(&p),
            I::DebugStart | I::DebugStop => Ok(AnnId::INT),
            I::HaveDebugPrints
            | I::HaveDebugPrintsFor
            | I::GcIsEnabled
            | I::GcPin
            | I::GcIsPinned
            | I::GcCanMove
            | I::GcGetGcflagExtra
            | I::LlWriteBarrierBeforeCopy => Ok(AnnId::BOOL),
            I::DebugOffset
            | I::GcCollectStep
            | I::GcGetStats
            | I::GcGetRpyMemoryUsage
            | I::GcGetRpyTypeIndex
            | I::ComputeHash
            | I::ComputeIdentityHash
            | I::ComputeUniqueId
            | I::CurrentObjectAddrAsInt
            | I::IdentityHash => Ok(AnnId::INT),
            I::IntToByteArray => Ok(AnnId::BYTEARRAY),
            I::ListGetPhysicalSize => Ok(AnnId::NONNEG),
            I::LlAssertNotNone if n == 1 => Ok(self.not_none(p[0])),
            I::Likely | I::Unlikely | I::JitPromote | I::JitHint | I::NonConstant | I::GcMoveOutOfNursery if n >= 1 => {
                Ok(match i {
                    I::NonConstant => self.anns.without_constant(p[0]),
                    _ => p[0],
                })
            }
            I::NewlistHint => {
                let list = self.new_resizable_list_here(AnnId::IMPOSSIBLE)?;
                if let Kind::List(l) = self.anns.kind(list).clone() {
                    self.resize_list(l)?;
                }
                Ok(list)
            }
            I::ListFence if n == 1 => self.list_fence(p[0]),
            I::AllocAndSet if n == 2 => {
                let item = self.without_constant(p[1]);
                self.new_list_here(item)
            }
            I::RDict | I::ROrderedDict => self.new_r_dict(args),
            I::ReversedDict if n == 1 => self.iterator(p[0], IterKind::ReversedKeys),
            I::IterkeysWithHash if n == 1 => self.iterator(p[0], IterKind::KeysWithHash),
            I::IteritemsWithHash if n == 1 => self.iterator(p[0], IterKind::PairsWithHash),
            I::ContainsWithHash
            | I::SetitemWithHash
            | I::GetitemWithHash
            | I::DelitemWithHash
            | I::DelitemIfValueIs
            | I::MoveToEnd
                if n >= 2 =>
            {
                self.dict_with_hash(i, &p)
            }
            I::Intmask if n == 1 => self.intmask(p[0]),
            I::LongLongLongMask => Ok(self.anns.int(
                Int {
                    bits: 128,
                    signed: true,
                },
                false,
            )),
            I::Widen if n == 1 => self.widen_int(p[0]),
            I::Ovfcheck => Err(self.error(
                "RPY0404",
                "ovfcheck() must be given an arithmetic operation, such as `ovfcheck(a + b)`",
            )),
            I::CastInt => self.cast_int_class(callable, &p),
            I::IntCDiv | I::IntCMod => Ok(p.first().map_or(AnnId::INT, |x| self.anns.without_constant(*x))),
            I::UintMulHigh => Ok(AnnId::UINT),
            I::RSingleFloat | I::BitsToSingleFloat => Ok(AnnId::SINGLEFLOAT),
            I::RLongFloat => Ok(AnnId::LONGFLOAT),
            I::FloatToBits => Ok(AnnId::INT),
            I::BitsToFloat => Ok(AnnId::FLOAT),
            I::SingleFloatToBits => Ok(self.anns.int(
                Int {
                    bits: 32,
                    signed: false,
                },
                true,
            )),
            I::StringBuilder => Ok(AnnId::STRINGBUILDER),
            I::UnicodeBuilder => Ok(AnnId::UNICODEBUILDER),
            I::AssertStr0 | I::CheckStr0 if n == 1 => self.str0(i, p[0]),
            I::MakeSureNotResized | I::MakeSureNotModified if n == 1 => {
                match self.anns.kind(p[0]).clone() {
                    Kind::List(l) if i == I::MakeSureNotResized => self.fix_list(l)?,
                    Kind::List(l) => self.freeze_list(l)?,
                    Kind::None => {}
                    _ => return Err(self.unsupported_argument("make_sure_not_resized", p[0])),
                }
                Ok(p[0])
            }
            I::MarkDictNonNull if n == 1 => {
                if let Kind::Dict(d) = self.anns.kind(p[0]).clone() {
                    self.set_dict_flags(d, true, false);
                }
                Ok(p[0])
            }
            I::CheckNonneg if n == 1 => match self.anns.kind(p[0]) {
                Kind::Int { nonneg: false, .. } => {
                    Err(self.error("RPY0410", "check_nonneg() is given an integer that may be negative"))
                }
                _ => Ok(p[0]),
            },
            I::CheckRegularInt | I::CheckListOfChars | I::CheckAnnotation | I::CheckNotAccessDirectly if n >= 1 => {
                Ok(p[0])
            }
            I::ResizableListRawPtr if n == 1 => Ok(p[0]),
            I::NonmovingRawPtrForList | I::GcDataForListOfChars => {
                let ty = self.chars_pointer();
                Ok(self.lltype_to_annotation(ty))
            }
            I::FinalizerQueue => Err(self.error("RPY0404", "finalizer queues must be prebuilt")),
            I::NextDead => self.next_dead(p.first().copied()),
            I::GcGetTypeidsZ => Ok(AnnId::STR),
            I::GcGetRpyRoots | I::GcGetRpyReferents => {
                let item = self.lltype_to_annotation(LLTypes::GCREF);
                self.new_list_here(item)
            }
            I::GcGetTypeidsList | I::GcHeapStats => self.new_list_here(AnnId::INT),
            I::JitVirtualRef if n == 1 => Ok(p[0]),
            I::IsLowLevelPointer if n == 1 => {
                let b = matches!(self.anns.kind(p[0]), Kind::Ptr(_) | Kind::InteriorPtr { .. });
                Ok(self.constant_bool(b))
            }
            I::EraseInt => Ok(self.lltype_to_annotation(LLTypes::GCREF)),
            I::Erase if n == 1 => self.erase(callable, p[0]),
            I::UneraseInt => Ok(AnnId::INT),
            I::Unerase => self.unerase(callable),
            _ => self.call_low_level(i, callable, args),
        }
    }

    fn translated_config(&mut self) -> Flow {
        match self.config {
            Some(v) => self.try_value(v),
            None => Ok(AnnId::NONE),
        }
    }

    /// The complete list of a comprehension: another list with the same items, so that appending to the one does not make the
    /// other resizable.
    fn list_fence(&mut self, built: AnnId) -> Flow {
        let Kind::List(inner) = self.anns.kind(built).clone() else {
            return Err(self.unsupported_argument("a list comprehension", built));
        };
        let item = self.read_item(inner);
        let list = self.new_list_here(item)?;
        if let Kind::List(outer) = self.anns.kind(list).clone() {
            let item = self.read_item(outer);
            self.widen_item(inner, item)?;
        }
        Ok(list)
    }

    fn instantiate(&mut self, class: Option<AnnId>) -> Flow {
        let Some(class) = class else {
            return Err(self.error("RPY0403", "instantiate() needs a class"));
        };
        let mut result = AnnId::IMPOSSIBLE;
        match self.anns.kind(class).clone() {
            Kind::Pbc { descs, .. } => {
                for d in descs.iter() {
                    let c = self.classdef_of(*d)?;
                    self.note_instance(c)?;
                    let ann = self.anns.instance(c);
                    result = self.unite(result, ann)?;
                }
                Ok(result)
            }
            Kind::TypeOf(Some(c)) => Ok(self.anns.instance(c)),
            _ => Err(self.unsupported_argument("instantiate", class)),
        }
    }

    fn new_r_dict(&mut self, args: &Args) -> Flow {
        let dict = self.dict_here(0);
        let p = &args.positional;
        let get = |i: usize, name: &str| p.get(i).copied().or_else(|| args.keyword(name));
        let (Some(equal), Some(hash)) = (get(0, "key_eq"), get(1, "key_hash")) else {
            return Err(self.error("RPY0403", "r_dict() needs two functions: equality and hash"));
        };
        let yes = |a: &Annotator, ann: Option<AnnId>| ann.and_then(|x| a.anns.constant(x)) == Some(Value::Bool(true));
        let (non_null, simple) = (yes(self, get(2, "force_non_null")), yes(self, get(3, "simple_hash_eq")));
        self.set_dict_flags(dict, non_null, simple);
        self.set_custom_keys(dict, equal, hash)?;
        Ok(self.anns.of(Kind::Dict(dict)))
    }

    fn dict_with_hash(&mut self, i: Intrinsic, p: &[AnnId]) -> Flow {
        let Kind::Dict(d) = self.anns.kind(p[0]).clone() else {
            return Err(self.unsupported_argument(i.name(), p[0]));
        };
        let key = self.without_constant(p[1]);
        self.widen_key(d, key)?;
        match i {
            Intrinsic::ContainsWithHash => Ok(AnnId::BOOL),
            Intrinsic::GetitemWithHash => match self.read_value(d) {
                AnnId::IMPOSSIBLE => Err(Stop::Blocked),
                value => Ok(value),
            },
            Intrinsic::SetitemWithHash if p.len() == 4 => {
                let value = self.without_constant(p[3]);
                self.widen_value(d, value)?;
                Ok(AnnId::NONE)
            }
            Intrinsic::DelitemIfValueIs if p.len() == 3 => {
                let value = self.without_constant(p[2]);
                self.widen_value(d, value)?;
                Ok(AnnId::NONE)
            }
            _ => Ok(AnnId::NONE),
        }
    }

    fn intmask(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Int { int: Int::SIGNED, .. } => Ok(a),
            Kind::Int { int, .. } => Ok(self.anns.int(Int::SIGNED, !int.signed && int.bits < 64)),
            Kind::Bool => Ok(AnnId::NONNEG),
            _ => Err(self.unsupported_argument("intmask", a)),
        }
    }

    fn widen_int(&mut self, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Int { int, nonneg } if int.bits < 64 => Ok(self.anns.int(Int::SIGNED, nonneg)),
            Kind::Int { .. } => Ok(a),
            Kind::Bool => Ok(AnnId::NONNEG),
            _ => Err(self.unsupported_argument("widen", a)),
        }
    }

    /// `r_uint(x)` and the like.
    fn cast_int_class(&mut self, callable: AnnId, p: &[AnnId]) -> Flow {
        let class = self.anns.constant(callable);
        let int = class.and_then(|c| self.int_class(c)).unwrap_or(Int::SIGNED);
        let Some(&x) = p.first() else {
            return Ok(self.anns.int(int, true));
        };
        match self.anns.kind(x).clone() {
            Kind::Int { nonneg, .. } => {
                if let (Some(v), Some(class)) = (self.anns.constant(x), self.anns.constant(callable))
                    && !self.is_symbolic(v)
                    && let Ok(made) = self.host.call(class, &[v], &[])
                {
                    return self.try_value(made);
                }
                Ok(self.anns.int(int, nonneg))
            }
            Kind::Bool => Ok(self.anns.int(int, true)),
            Kind::Float | Kind::Char { .. } => Ok(self.anns.int(int, false)),
            _ => Err(self.unsupported_argument("an integer class", x)),
        }
    }

    fn str0(&mut self, i: Intrinsic, a: AnnId) -> Flow {
        match self.anns.kind(a).clone() {
            Kind::Str { no_nul, .. } | Kind::Unicode { no_nul, .. } | Kind::Char { no_nul }
                if i == Intrinsic::CheckStr0 && !no_nul =>
            {
                Err(self.error(
                    "RPY0404",
                    "the string may contain a NUL character, which is not allowed here",
                ))
            }
            Kind::Str { can_be_none, .. } => Ok(self.anns.of(Kind::Str {
                can_be_none,
                no_nul: true,
            })),
            Kind::Char { .. } => Ok(self.anns.of(Kind::Char { no_nul: true })),
            Kind::Unicode { can_be_none, .. } => Ok(self.anns.of(Kind::Unicode {
                can_be_none,
                no_nul: true,
            })),
            _ => Ok(a),
        }
    }

    fn chars_pointer(&mut self) -> LLTypeId {
        let array = self.host.lltypes.intern(rpy_lltype::LLType::Array {
            of: LLTypes::CHAR,
            gc: false,
            hints: vec![rpy_lltype::Hint::Int("nolength".into(), 1)],
        });
        self.host.lltypes.ptr(array)
    }

    /// Objects registered with a finalizer queue make the collector call its trigger.
    fn register_finalizer(&mut self, args: &[AnnId]) -> Flow {
        if let Some(queue) = args.first() {
            let trigger = self.getattr(*queue, "finalizer_trigger")?;
            match self.call_value(trigger, &Args::default()) {
                Ok(_) | Err(Stop::Blocked) => {}
                Err(e) => return Err(e),
            }
        }
        Ok(AnnId::NONE)
    }

    /// The next object of a finalizer queue: an instance of the queue's `Class`, or None.
    fn next_dead(&mut self, queue: Option<AnnId>) -> Flow {
        let Some(Kind::Pbc { descs, .. }) = queue.map(|q| self.anns.kind(q).clone()) else {
            return Err(self.error("RPY0404", "the finalizer queue must be prebuilt"));
        };
        let Desc::Frozen(f) = self.desc(descs[0]) else {
            return Err(self.error("RPY0404", "the finalizer queue must be prebuilt"));
        };
        let class = self.host_attr(f.value, "Class")?;
        let desc = self.class_desc_of(class)?;
        let classdef = self.classdef_of(desc)?;
        Ok(self.anns.of(Kind::Instance {
            classdef,
            can_be_none: true,
        }))
    }

    fn unerase(&mut self, callable: AnnId) -> Flow {
        let identity = self.erasing_identity(callable)?;
        let here = self.here;
        let pair = self.erased.entry(identity).or_default();
        pair.readers.insert(here);
        match pair.content {
            AnnId::IMPOSSIBLE => Err(Stop::Blocked),
            content => Ok(content),
        }
    }

    fn erasing_identity(&mut self, callable: AnnId) -> Flow<Value> {
        match self.anns.constant(callable) {
            Some(f) => self.host_attr(f, "_identity_"),
            None => Err(Stop::Blocked),
        }
    }

    /// Remembers what a pair of erasing functions is given.
    pub(crate) fn erase(&mut self, callable: AnnId, content: AnnId) -> Flow {
        let identity = self.erasing_identity(callable)?;
        let content = self.without_constant(content);
        let old = self.erased.entry(identity).or_default().content;
        let new = self.unite(old, content)?;
        let pair = self.erased.entry(identity).or_default();
        pair.content = new;
        if new != old {
            let readers: Vec<_> = pair.readers.iter().copied().collect();
            self.reflow_all(&readers);
        }
        Ok(self.lltype_to_annotation(LLTypes::GCREF))
    }
}

/// What the two functions of an erasing pair are used with.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErasedPair {
    pub content: AnnId,
    pub readers: indexmap::IndexSet<crate::definitions::Place>,
}
