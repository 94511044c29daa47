// Command bimpe is a self-hosted server for agents that answer a business's customers.
package main

import (
	"os"
	_ "time/tzdata" // agents have time zones, and a bare machine may know none

	"github.com/bimpe/bimpe/internal/cli"
)

// version is set by the build.
var version = "devel"

func main() {
	os.Exit(cli.Run(os.Args[1:], cli.IO{Stdout: os.Stdout, Stderr: os.Stderr, Version: version}))
}
