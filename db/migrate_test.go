package db_test

import (
	"context"
	"testing"

	"accord/db/dbtest"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)

	t.Run("a second run changes nothing", func(t *testing.T) {
		schema, err := d.Migrate(context.Background())
		if err != nil || schema.At != schema.Want {
			t.Fatalf("got %+v, %v", schema, err)
		}
	})
	t.Run("the test's locale sees Chinese", func(t *testing.T) {
		if err := d.CheckLocale(context.Background()); err != nil {
			t.Fatal(err)
		}
	})
}
