//! The arena of heap objects.

use crate::object::ObjData;
use crate::value::ObjId;

/// One heap slot.
#[derive(Debug)]
pub struct Slot {
    /// the object
    pub data: ObjData,
    /// the clock at the allocation, in units of [`Heap::AGE_UNIT`]
    pub birth: u32,
}

/// All objects of a host. Slot 0 is the hole.
#[derive(Debug)]
pub struct Heap {
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// allocations so far
    pub clock: u64,
    /// allocations since the last collection
    pub since_collect: usize,
}

impl Default for Heap {
    fn default() -> Heap {
        Heap::new()
    }
}

impl Heap {
    /// An empty heap.
    pub fn new() -> Heap {
        let hole = Slot {
            data: ObjData::Free,
            birth: 0,
        };
        Heap {
            slots: vec![hole],
            free: Vec::new(),
            clock: 0,
            since_collect: 0,
        }
    }

    /// Births are told apart in units of this many allocations.
    pub const AGE_UNIT: u64 = 256;

    /// A clock in units of [`Heap::AGE_UNIT`].
    #[inline(always)]
    pub fn age(clock: u64) -> u32 {
        (clock / Heap::AGE_UNIT) as u32
    }

    /// Allocates an object.
    #[inline]
    pub fn alloc(&mut self, data: ObjData) -> ObjId {
        self.clock += 1;
        self.since_collect += 1;
        let slot = Slot {
            data,
            birth: Heap::age(self.clock),
        };
        if let Some(index) = self.free.pop() {
            self.slots[index as usize] = slot;
            return ObjId(index);
        }
        let index = u32::try_from(self.slots.len()).expect("the host heap holds fewer than 2^32 objects");
        self.slots.push(slot);
        ObjId(index)
    }

    /// The object's data.
    #[inline(always)]
    pub fn get(&self, id: ObjId) -> &ObjData {
        &self.slots[id.0 as usize].data
    }

    /// The object's data, mutable.
    #[inline(always)]
    pub fn get_mut(&mut self, id: ObjId) -> &mut ObjData {
        &mut self.slots[id.0 as usize].data
    }

    /// The slot of an object.
    pub fn slot(&self, id: ObjId) -> &Slot {
        &self.slots[id.0 as usize]
    }

    /// Number of slots, used or not.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether nothing was ever allocated.
    pub fn is_empty(&self) -> bool {
        self.slots.len() <= 1
    }

    /// Number of live objects.
    pub fn live(&self) -> usize {
        self.slots.len() - 1 - self.free.len()
    }

    /// Frees a slot.
    pub fn release(&mut self, id: ObjId) {
        self.slots[id.0 as usize].data = ObjData::Free;
        self.free.push(id.0);
    }
}
