//go:build !unix

package main

import "runtime"

// peakMemory is what Go has ever asked of the system, in bytes: memory of C is
// not counted.
func peakMemory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
