import LMRuntime

extension SchemaCompiler {
  /// Strings by length, pattern or format. Formats that are not known describe and do not restrict.
  mutating func string(_ schema: JSONObject, _ pointer: String) throws(LMError) -> Expression {
    let least = try count("minLength", schema, pointer)
    let most = try count("maxLength", schema, pointer)
    let hasLength = least != nil || most != nil
    if let pattern = schema["pattern"] {
      guard case .string(let text) = pattern else {
        throw failure("\(pointer)/pattern", "is no string", remedy: "give a regular expression")
      }
      guard !hasLength, schema["format"] == nil else {
        throw failure(
          pointer, "\"pattern\" together with a length or a format is not supported",
          remedy: "say the length in the pattern, as in ^[a-z]{2,8}$")
      }
      var parser = SchemaPattern(text, "\(grammar.place), \(pointer)/pattern")
      return .sequence([.literal("\""), try parser.parse(), .literal("\"")])
    }
    if case .string(let format)? = schema["format"], ["date", "time", "date-time", "uuid"].contains(format) {
      guard !hasLength else {
        throw failure(
          pointer, "\"format\" together with a length is not supported", remedy: "leave out the length")
      }
      return .sequence([.literal("\""), base.call(format), .literal("\"")])
    }
    guard hasLength else { return base.call("string") }
    if let least, let most, most < least { return .choice([]) }
    return .sequence([
      .literal("\""), .repetition(base.expression("char"), minimum: least ?? 0, maximum: most),
      .literal("\""),
    ])
  }
}
