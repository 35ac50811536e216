//go:build unix

// Command accord is the register: the server, and what is done to it from a
// shell. It reads the configuration, wires the rooms of the house together,
// and on SIGINT or SIGTERM lets every running request end.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"github.com/alecthomas/kong"

	"accord/api"
)

// What the binary was made from and when that was committed. scripts/build sets
// them through the linker, which can set variables only.
var (
	version = "unknown"
	commit  string
	built   string
)

// commands is the command line.
type commands struct {
	config

	Serve   serveCommand   `cmd:"" help:"Serve the register."`
	Migrate migrateCommand `cmd:"" help:"Bring the schema of the database to this program's version, or tell where it is."`
	Seed    seedCommand    `cmd:"" help:"Load the register that ships with accord; what is there already stays as it is."`
	User    userCommand    `cmd:"" help:"Manage accounts."`
	Mail    mailCommand    `cmd:"" help:"Look at the letters that the register sends."`
	Cycle   cycleCommand   `cmd:"" help:"Run the reporting cycle, or see what it would do."`
	Doctor  doctorCommand  `cmd:"" help:"Look for what stands in the way, and say how to mend it."`
	OpenAPI openAPICommand `cmd:"" name:"openapi" help:"Print the API's contract."`
	Version versionCommand `cmd:"" help:"Print the version."`
	Stop    stopCommand    `cmd:"" help:"End a private PostgreSQL that a killed accord left behind."`
}

const description = `The register of an initiative: who signed its action plan, what they promised and what they did.

Every option can be given by the environment variable that stands beside it. Secrets can be given in a file too, as DATABASE_URL_FILE.

Exit codes: 0 done; 1 failed; 2 wrong usage or configuration; 3 the register refuses, such as a password too short; 4 another accord holds the data folder; 5 the schema is too old or too new; 6 the database does not answer or does not suit; 7 the doctor found something; 8 another accord runs the cycle at this moment.`

// shell is where a command reads and writes.
type shell struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	sh := shell{os.Stdin, os.Stdout, os.Stderr}
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		ends = append(ends, syscall.SIGHUP)
	}
	// The second signal ends the program at once: the first restored its effect.
	ctx, restore := signal.NotifyContext(context.Background(), ends...)
	context.AfterFunc(ctx, restore)
	os.Exit(run(ctx, sh, os.Args[1:]))
}

func run(ctx context.Context, sh shell, args []string) int {
	var line commands
	parser, err := kong.New(&line,
		kong.Name("accord"), kong.Description(description), kong.Writers(sh.out, sh.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}),
		kong.Vars{"data": defaultData()},
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(sh))
	if err != nil {
		return sh.report(err)
	}
	command, err := parser.Parse(args)
	if err != nil {
		return sh.report(usage(err.Error()))
	}
	if err := line.complete(); err != nil {
		return sh.report(err)
	}
	return sh.report(command.Run(&line.config))
}

type versionCommand struct {
	JSON bool `help:"Print JSON."`
}

func (c versionCommand) Run(sh shell, cfg *config) error {
	if c.JSON {
		return sh.json(build(cfg.fourEyes()))
	}
	return sh.print("accord %s (%s)\n", version, runtime.Version())
}

// build says what this program is, as GET /version does.
func build(fourEyes bool) api.Version {
	return api.Version{Version: version, Commit: commit, Built: built, Go: runtime.Version(), FourEyes: fourEyes}
}
