//go:build unix

package main

import (
	"errors"
	"os"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// curve is one value against the number of items.
type curve struct {
	name  string
	of    scenario
	value func(result) float64
}

// drawChart makes the chart: CPU, time by the clock and requests against the number of items, all axes logarithmic.
func drawChart(results []result, file string) (err error) {
	cpu := func(r result) float64 { return r.noop.total.CPU.Seconds() }
	panels := []struct {
		title, unit string
		curves      []curve
	}{
		{"CPU of a plan without changes", "seconds, CLI and provider", []curve{
			{"terraform_data (floor)", floor, cpu}, {"items", inline, cpu}, {"items_file, fields", fields, cpu}, {"items_file, keys", keys, cpu},
		}},
		{"Time by the clock, 3 list requests a second", "seconds, items_file", []curve{
			{"create", fields, func(r result) float64 { return r.create.wall.Seconds() }},
			{"plan without changes", fields, func(r result) float64 { return r.noop.wall.Seconds() }},
			{"apply of 1 change", fields, func(r result) float64 { return r.apply1.wall.Seconds() }},
		}},
		{"Requests", "requests, items_file", []curve{
			{"sync: create", fields, func(r result) float64 { return float64(r.create.syncs) }},
			{"list: plan", fields, func(r result) float64 { return float64(r.noop.listed) }},
			{"sync: apply of 1 change", fields, func(r result) float64 { return float64(r.apply1.syncs) }},
		}},
	}
	plots := make([]*plot.Plot, len(panels))
	for i, panel := range panels {
		p := plot.New()
		p.Title.Text, p.X.Label.Text, p.Y.Label.Text = panel.title, "items", panel.unit
		p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
		p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
		p.Legend.Top, p.Legend.Left = true, true
		p.Add(plotter.NewGrid())
		var lines []any
		for _, c := range panel.curves {
			if points := c.points(results); len(points) > 1 {
				lines = append(lines, c.name, points)
			}
		}
		if err := plotutil.AddLinePoints(p, lines...); err != nil {
			return err
		}
		p.Y.Max *= 6 // Room for the legend.
		plots[i] = p
	}
	canvas := vgsvg.New(30*vg.Centimeter, 10*vg.Centimeter)
	tiles := draw.Tiles{Rows: 1, Cols: len(plots), PadX: vg.Centimeter, PadTop: vg.Millimeter, PadBottom: vg.Millimeter, PadLeft: vg.Millimeter, PadRight: vg.Millimeter}
	for i, part := range plot.Align([][]*plot.Plot{plots}, tiles, draw.New(canvas))[0] {
		plots[i].Draw(part)
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	_, err = canvas.WriteTo(out)
	return err
}

func (c curve) points(results []result) plotter.XYs {
	var points plotter.XYs
	for _, r := range results {
		if y := c.value(r); r.scenario.name == c.of.name && y > 0 {
			points = append(points, plotter.XY{X: float64(r.size), Y: y})
		}
	}
	return points
}
