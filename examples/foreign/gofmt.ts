import { Problem } from "../../verifier/errors.ts";
import { type ForeignProgram, packageFile } from "./program.ts";

const SOURCE = `package main
import ("fmt";"sort")
type point struct {x,y float64;name string // a place
}
func (p point) scaled(by float64) point {return point{p.x*by,p.y*by,p.name}}
func main(){
points:=[]point{{1,2,"a"},{3,4,"世界"}}
  sort.Slice(points,func(i,j int)bool{return points[i].x>points[j].x})
for i:=range points{if points[i].x>1&&points[i].y<100{fmt.Println(points[i].scaled(2.5))}else{ fmt.Println( "small" ,i)}}
switch{case len(points)>1:fmt.Println("many")
default:
}
}
`;

const FORMATTED = `package main

import (
	"fmt"
	"sort"
)

type point struct {
	x, y float64
	name string // a place
}

func (p point) scaled(by float64) point { return point{p.x * by, p.y * by, p.name} }
func main() {
	points := []point{{1, 2, "a"}, {3, 4, "世界"}}
	sort.Slice(points, func(i, j int) bool { return points[i].x > points[j].x })
	for i := range points {
		if points[i].x > 1 && points[i].y < 100 {
			fmt.Println(points[i].scaled(2.5))
		} else {
			fmt.Println("small", i)
		}
	}
	switch {
	case len(points) > 1:
		fmt.Println("many")
	default:
	}
}
`;

const CHANGED = 1;

/** Go's own formatter, with its parser, its garbage collector and the compiler's runtime. */
export const gofmt: ForeignProgram = {
  package: "@wasm-fmt/gofmt",
  license: "MIT",
  toolchain: "TinyGo (Go)",
  computes: "a Go program, formatted",
  module: () => packageFile("@wasm-fmt/gofmt", "gofmt.wasm"),
  run: (guest) => {
    guest.call("_initialize");
    const source = new TextEncoder().encode(SOURCE);
    guest.write(Number(guest.call("alloc", source.length)), source);
    if (guest.call("format") !== CHANGED) throw new Problem("the formatter did not change the text");
    const text = guest.read(Number(guest.call("output_ptr")), Number(guest.call("output_len")));
    guest.call("dispose");
    return new TextDecoder().decode(text);
  },
  expected: () => FORMATTED,
};
