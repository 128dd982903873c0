//! Insertion-ordered hash table with Python keys, the data of dicts and sets.

use crate::value::Value;

/// One entry; a deleted one has the hole as key.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// hash of the key
    pub hash: i64,
    /// key
    pub key: Value,
    /// value (`None` in sets)
    pub value: Value,
}

const EMPTY: u32 = u32::MAX;
/// Up to this many entries the table is searched linearly.
const SMALL: usize = 8;

/// Insertion-ordered hash table. Lookup takes place in [`DictData::probe`], which reports candidates of equal hash;
/// whether keys are equal is the caller's business since it may run Python code.
#[derive(Clone, Debug, Default)]
pub struct DictData {
    entries: Vec<Entry>,
    /// entry indices, power of two sized; empty while small
    index: Vec<u32>,
    live: usize,
    /// changes whenever keys are added or removed
    pub version: u32,
    /// hash cache of frozensets
    pub hash: Option<i64>,
    /// a version counter of users that cache lookups (class dicts)
    pub is_class_dict: bool,
}

/// Position of a lookup that goes on.
#[derive(Clone, Copy, Debug)]
pub struct Probe {
    slot: usize,
    steps: usize,
}

impl DictData {
    /// An empty table.
    pub fn new() -> DictData {
        DictData::default()
    }

    /// Number of live entries.
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Number of entry positions, deleted ones included.
    pub fn positions(&self) -> usize {
        self.entries.len()
    }

    /// The entry at a position, if it is live.
    #[inline]
    pub fn entry_at(&self, position: usize) -> Option<&Entry> {
        self.entries.get(position).filter(|e| !e.key.is_hole())
    }

    /// Live entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + '_ {
        self.entries.iter().filter(|e| !e.key.is_hole())
    }

    /// Keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = Value> + '_ {
        self.iter().map(|e| e.key)
    }

    /// Starts a lookup.
    #[inline]
    pub fn start(&self, hash: i64) -> Probe {
        let slot = if self.index.is_empty() {
            0
        } else {
            scramble(hash) & (self.index.len() - 1)
        };
        Probe { slot, steps: 0 }
    }

    /// Next entry position with this hash, or `None` at the end.
    #[inline]
    pub fn probe(&self, probe: &mut Probe, hash: i64) -> Option<usize> {
        if self.index.is_empty() {
            while let Some(e) = self.entries.get(probe.slot) {
                let position = probe.slot;
                probe.slot += 1;
                if e.hash == hash && !e.key.is_hole() {
                    return Some(position);
                }
            }
            return None;
        }
        let mask = self.index.len() - 1;
        while probe.steps <= mask {
            let position = self.index[probe.slot];
            probe.slot = (probe.slot + 1) & mask;
            probe.steps += 1;
            if position == EMPTY {
                return None;
            }
            let e = &self.entries[position as usize];
            if e.hash == hash && !e.key.is_hole() {
                return Some(position as usize);
            }
        }
        None
    }

    /// Finds a key by identity of the value (enough for interned names).
    #[inline]
    pub fn find_identical(&self, key: Value, hash: i64) -> Option<usize> {
        let mut probe = self.start(hash);
        while let Some(position) = self.probe(&mut probe, hash) {
            if self.entries[position].key == key {
                return Some(position);
            }
        }
        None
    }

    /// Overwrites the value at a live position.
    #[inline]
    pub fn set_value(&mut self, position: usize, value: Value) {
        self.entries[position].value = value;
    }

    /// Appends an entry whose key is known to be absent.
    pub fn insert_new(&mut self, key: Value, hash: i64, value: Value) {
        self.version = self.version.wrapping_add(1);
        if self.entries.len() >= SMALL && (self.entries.len() + 1) * 3 > self.index.len() * 2 {
            self.rebuild();
        }
        let position = self.entries.len() as u32;
        self.entries.push(Entry { hash, key, value });
        self.live += 1;
        if !self.index.is_empty() {
            self.put(hash, position);
        }
    }

    /// Removes the entry at a live position.
    pub fn remove_at(&mut self, position: usize) -> Entry {
        self.version = self.version.wrapping_add(1);
        let old = self.entries[position];
        self.entries[position].key = Value::HOLE;
        self.entries[position].value = Value::None;
        self.live -= 1;
        if self.live == 0 {
            self.entries.clear();
            self.index.fill(EMPTY);
        } else if position + 1 == self.entries.len() && self.index.is_empty() {
            self.entries.pop();
        }
        old
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.version = self.version.wrapping_add(1);
        self.entries.clear();
        self.index.clear();
        self.live = 0;
    }

    fn put(&mut self, hash: i64, position: u32) {
        let mask = self.index.len() - 1;
        let mut slot = scramble(hash) & mask;
        while self.index[slot] != EMPTY {
            slot = (slot + 1) & mask;
        }
        self.index[slot] = position;
    }

    fn rebuild(&mut self) {
        if self.live < self.entries.len() {
            self.entries.retain(|e| !e.key.is_hole());
        }
        let size = ((self.entries.len() + 1) * 3).next_power_of_two().max(32);
        self.index = vec![EMPTY; size];
        for position in 0..self.entries.len() {
            self.put(self.entries[position].hash, position as u32);
        }
    }
}

#[inline]
fn scramble(hash: i64) -> usize {
    let h = (hash as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (h ^ (h >> 32)) as usize
}
