extension SeedFiles {
  static let grammars: [[UInt8]] = [
    #"""
    root ::= object # a comment
    value ::= object | array | string | number | ("true" | "false" | "null") ws
    object ::= "{" ws (string ":" ws value ("," ws string ":" ws value)*)? "}" ws
    array ::= "[" ws (value ("," ws value)*)? "]" ws
    string ::= "\"" ([^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt] | "u" [0-9a-fA-F]{4}))* "\"" ws
    number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ws
    ws ::= | " " | "\n" [ \t]{0,20}
    """#,
    #"""
    root ::= ("é" x | [^a-z\U0001F600]? y){2,5} .{3} ""
    x ::= "a" x "b" | y* | (x-1 | "c"){0,2}
    x-1 ::= "\u00e9\\\t" [\]\-a]+
    y ::= (("a"? "b"*)+ "c" | [0-9]{0,12})
      | "d"
    """#,
  ].map { Array($0.utf8) }

  static let jsonSchemas: [[UInt8]] = [
    ##"""
    {"type": "object", "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 8}, "age": {"type":
    "integer", "minimum": -3, "exclusiveMaximum": 150}, "tags": {"type": "array", "items": {"enum": ["a", 1, null]},
    "minItems": 1, "maxItems": 4}, "next": {"$ref": "#/$defs/n"}}, "required": ["age"], "additionalProperties":
    {"type": ["boolean", "null"]}, "$defs": {"n": {"anyOf": [{"type": "null"}, {"$ref": "#"}]}}}
    """##,
    ##"""
    {"allOf": [{"$ref": "#/$defs/a"}, {"properties": {"b": {"type": "number", "maximum": 10}}, "required": ["b"]}],
    "$defs": {"a": {"properties": {"p": {"type": "string", "pattern": "^[A-Z]{2}(?:-\\d+|x)*$"}, "d": {"format":
    "date-time"}, "t": {"prefixItems": [{"const": {"k": [1.5]}}, true], "items": false}}}}}
    """##,
    #"{"oneOf": [{"type": "string", "format": "uuid"}, {"minProperties": 1, "maxProperties": 3}, {"const": "\u00e9"}]}"#,
  ].map { Array($0.utf8) }
}
