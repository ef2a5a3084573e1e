import LMRuntime

extension TemplateEvaluator {
  /// Calls what `callee` evaluates to; `caller` is the body of a `call` block.
  func call(
    _ callee: TemplateExpression, _ arguments: TemplateCallArguments, caller: TemplateValue?, _ line: Int
  ) throws(LMError) -> TemplateValue {
    let function = try evaluate(callee)
    var values = try self.arguments(arguments)
    if let caller { values.named.append(("caller", caller)) }
    self.line = line
    return try call(function, values)
  }

  /// Calls a value.
  func call(_ function: TemplateValue, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue {
    switch function {
    case .macro(let macro): return try call(macro, arguments)
    case .method(let method): return try call(method, arguments)
    case .function(let function): return try call(function, arguments)
    case .loop(let loop): return try call(loop, arguments)
    default: throw unsuitable(function, for: "a call")
    }
  }

  /// `loop(…)` in a recursive loop: the same statement over other elements.
  private func call(_ loop: LoopState, _ arguments: TemplateArguments) throws(LMError) -> TemplateValue {
    guard loop.statement.isRecursive else {
      throw failure(
        "'loop' was called in a loop that is not recursive", remedy: "write {% for … recursive %}")
    }
    let values = try arguments.values(["iterable"], required: 1, of: "loop", self)
    guard callDepth < limits.callDepth else {
      throw failure("more than \(limits.callDepth) loops are inside each other", remedy: "flatten the data")
    }
    callDepth += 1
    defer { callDepth -= 1 }
    let outer = scope
    scope = loop.scope
    defer { scope = outer }
    let (text, _) = try capturing { () throws(LMError) in
      try run(loop.statement, over: values[0] ?? .null, level: loop.level + 1)
    }
    return .text(text)
  }

  private func call(_ function: BuiltinFunction, _ arguments: TemplateArguments) throws(LMError)
    -> TemplateValue
  {
    switch function {
    case .range: return .range(try range(arguments))
    case .dict:
      guard arguments.positional.count <= 1 else { throw failure("'dict' takes at most 1 argument") }
      var pairs = try arguments.positional.first.map(self.pairs) ?? []
      pairs += arguments.named.map { (.text(MarkedText($0.name)), $0.value) }
      return .mapping(try mapping(pairs))
    case .namespace:
      let result = try makeNamespace()
      guard arguments.positional.count <= 1 else { throw failure("'namespace' takes at most 1 argument") }
      for (name, value) in try arguments.positional.first.map(self.pairs) ?? [] {
        guard case .text(let text) = name else { throw unsuitable(name, for: "the name of an attribute") }
        try set(text, of: result, to: value)
      }
      for (name, value) in arguments.named { try set(MarkedText(name), of: result, to: value) }
      return .namespace(result)
    case .raiseException:
      let values = try arguments.values(["message"], required: 1, of: function.rawValue, self)
      throw failure(
        try text(values[0] ?? .null).string,
        remedy: "the template says so itself: change the messages to fit it")
    case .strftimeNow:
      let values = try arguments.values(["format"], required: 1, of: function.rawValue, self)
      return .text(try formattedTime(try argumentText(values[0], of: function.rawValue)))
    }
  }

  private func range(_ arguments: TemplateArguments) throws(LMError) -> TemplateRange {
    let values = try arguments.values(["start", "stop", "step"], required: 1, of: "range", self)
    var numbers: [Int] = []
    for value in values { if let value { numbers.append(try integer(value, or: 0, of: "range")) } }
    let (start, stop) = numbers.count > 1 ? (numbers[0], numbers[1]) : (0, numbers[0])
    let step = numbers.count > 2 ? numbers[2] : 1
    guard step != 0 else { throw failure("the step of a range is zero") }
    let (low, high) = step > 0 ? (start, stop) : (stop, start)
    guard low < high else { return TemplateRange(start: start, stop: stop, step: step, count: 0) }
    let span = UInt(bitPattern: high &- low)
    let count = (span - 1) / step.magnitude + 1
    guard count <= UInt(TemplateRange.countLimit) else {
      throw failure(
        "a range has more than \(TemplateRange.countLimit) elements", remedy: "use a shorter range")
    }
    return TemplateRange(start: start, stop: stop, step: step, count: Int(count))
  }

  /// The pairs of a mapping, or of a list of pairs.
  private func pairs(_ value: TemplateValue) throws(LMError) -> [(TemplateValue, TemplateValue)] {
    if case .mapping(let mapping) = value { return Array(zip(mapping.keys, mapping.values)) }
    var result: [(TemplateValue, TemplateValue)] = []
    for element in try elements(value) {
      let pair = try elements(element)
      guard pair.count == 2 else { throw unsuitable(element, for: "a pair of name and value") }
      result.append((pair[0], pair[1]))
    }
    return result
  }
}
