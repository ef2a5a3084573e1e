import LMRuntime

/// The values that a function, filter or test is called with.
struct TemplateArguments {
  var positional: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []

  /// The values in the order of `parameters`, nil where one was not given.
  /// - Throws: ``LMError`` where one is too many, unknown, given twice, or missing among the first `required`.
  func values(
    _ parameters: [String], required: Int = 0, of function: String, _ evaluator: TemplateEvaluator
  ) throws(LMError) -> [TemplateValue?] {
    guard positional.count <= parameters.count else {
      throw evaluator.failure(
        "'\(function)' takes at most \(parameters.count) arguments, not \(positional.count)")
    }
    var result: [TemplateValue?] = positional.map { $0 }
    result += Array(repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard let place = parameters.firstIndex(of: name) else {
        throw evaluator.failure("'\(function)' has no argument '\(name)'")
      }
      guard result[place] == nil else {
        throw evaluator.failure("'\(function)' gets the argument '\(name)' twice")
      }
      result[place] = value
    }
    for place in 0..<required where result[place] == nil {
      throw evaluator.failure("'\(function)' lacks the argument '\(parameters[place])'")
    }
    return result
  }
}

extension TemplateEvaluator {
  /// The integer given for a parameter.
  func integer(_ value: TemplateValue?, or fallback: Int, of function: String) throws(LMError) -> Int {
    guard let value else { return fallback }
    guard let result = value.asInteger else {
      throw unsuitable(value, for: "an integer argument of '\(function)'")
    }
    return result
  }

  /// The text given for a parameter.
  func argumentText(_ value: TemplateValue?, of function: String) throws(LMError) -> MarkedText {
    guard case .text(let text)? = value else {
      throw unsuitable(value ?? .null, for: "a string argument of '\(function)'")
    }
    return text
  }
}
