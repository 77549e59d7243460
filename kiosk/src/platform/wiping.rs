//! Memory that is given back is wiped first.
//!
//! What is typed and what is shown passes through strings that nobody can wipe one by one:
//! the toolkit's, the renderer's caches, the core's views. So the allocator wipes every
//! block when it is freed or grown, and after a lock the process holds no number.

#![allow(
    unsafe_code,
    reason = "an allocator is unsafe by its interface; this one only adds a wipe before the system's own"
)]

use std::alloc::{GlobalAlloc, Layout};

/// `A`, with every block wiped before it goes back.
pub struct Wiping<A>(pub A);

// SAFETY: every call is handed to `A` with the arguments it demands; blocks are written
// only within their layout and only while they are still owned.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Wiping<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is ours until it is handed on, and `layout` is its own.
        unsafe {
            std::ptr::write_bytes(block, 0, layout.size());
            // Without this the compiler may see that nobody reads the zeros and leave
            // them out.
            std::hint::black_box(block);
            self.0.dealloc(block, layout);
        }
    }

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // The system's realloc may move the block and leave the old one as it was.
        // SAFETY: `size` is not zero and fits, as the caller promises; both blocks are
        // valid for the smaller of the two sizes and do not overlap.
        unsafe {
            let new = self
                .0
                .alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !new.is_null() {
                std::ptr::copy_nonoverlapping(old, new, size.min(layout.size()));
                self.dealloc(old, layout);
            }
            new
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::alloc::System;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts the bytes that come back unwiped, and the blocks.
    #[derive(Default)]
    struct Inspector {
        dirty: AtomicUsize,
        blocks: AtomicUsize,
    }

    // SAFETY: hands everything to the system's allocator.
    unsafe impl GlobalAlloc for Inspector {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            // SAFETY: the caller's promise is passed on.
            unsafe { System.alloc(layout) }
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            // SAFETY: the block is still owned and as long as its layout says.
            let bytes = unsafe { std::slice::from_raw_parts(block, layout.size()) };
            let dirty = bytes.iter().filter(|byte| **byte != 0).count();
            self.dirty.fetch_add(dirty, Ordering::Relaxed);
            self.blocks.fetch_add(1, Ordering::Relaxed);
            // SAFETY: the caller's promise is passed on.
            unsafe { System.dealloc(block, layout) }
        }
    }

    #[test]
    fn a_block_that_grows_or_goes_leaves_nothing_behind() {
        let allocator = Wiping(Inspector::default());
        let layout = Layout::from_size_align(12, 1).unwrap();
        // SAFETY: the block is used within its layout and freed with the layout it has.
        unsafe {
            let block = allocator.alloc(layout);
            std::ptr::copy_nonoverlapping(b"123456789018".as_ptr(), block, 12);
            let grown = allocator.realloc(block, layout, 40);
            assert_eq!(std::slice::from_raw_parts(grown, 12), b"123456789018");
            std::ptr::write_bytes(grown.add(12), 7, 28);
            allocator.dealloc(grown, Layout::from_size_align(40, 1).unwrap());
        }
        assert_eq!(allocator.0.blocks.load(Ordering::Relaxed), 2);
        assert_eq!(allocator.0.dirty.load(Ordering::Relaxed), 0);
    }
}
