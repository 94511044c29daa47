package site

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// Memory is what the process holds of the machine's memory, in bytes. It works on Linux only.
func (p *Process) Memory() (int64, error) {
	raw, err := os.ReadFile(p.proc("statm"))
	if err != nil {
		return 0, err
	}
	return parseMemory(raw, int64(os.Getpagesize()))
}

// CPU is how long the process has kept processors busy, to the hundredth of a second. It works on Linux
// only.
func (p *Process) CPU() (time.Duration, error) {
	raw, err := os.ReadFile(p.proc("stat"))
	if err != nil {
		return 0, err
	}
	return parseCPU(raw)
}

func (p *Process) proc(file string) string {
	return fmt.Sprintf("/proc/%d/%s", p.cmd.Process.Pid, file)
}

// parseMemory reads /proc/PID/statm: all pages, then those that are resident.
func parseMemory(statm []byte, page int64) (int64, error) {
	fields := bytes.Fields(statm)
	if len(fields) < 2 {
		return 0, fmt.Errorf("memory in %q: too few fields", statm)
	}
	n, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("memory in %q: %w", statm, err)
	}
	return n * page, nil
}

// tick is the unit of times in /proc, the same on all Linux systems that Go runs on.
const tick = 10 * time.Millisecond

// parseCPU reads /proc/PID/stat. The program's name, in parentheses, may hold spaces; the twelfth and
// thirteenth fields after it are the times in user and system mode.
func parseCPU(stat []byte) (time.Duration, error) {
	const user, system = 11, 12
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= system {
		return 0, fmt.Errorf("times in %q: too few fields", stat)
	}
	var sum int64
	for _, i := range []int{user, system} {
		n, err := strconv.ParseInt(string(fields[i]), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("times in %q: %w", stat, err)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}
