package main

import (
	"runtime"
	"runtime/debug"
)

// roomy is the memory, in bytes, that a command may fill before it collects
// garbage for the first time: most projects are judged within it.
const roomy = 128 << 20

// collectLate puts the first garbage collection off until roomy is filled. From
// then on memory is managed as ever.
func collectLate() {
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(roomy)
	first := new([16]byte)
	runtime.SetFinalizer(first, func(*[16]byte) {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	})
}
