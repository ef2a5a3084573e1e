/// A value of the template language.
enum TemplateValue {
  /// What a name or attribute that does not exist evaluates to: empty where it is printed, an error where it is
  /// used for anything else. Says what is missing.
  indirect case undefined(TemplateAbsence)
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(MarkedText)
  case list(TemplateList)
  case tuple(TemplateList)
  case mapping(TemplateMapping)
  /// `range(…)`.
  case range(TemplateRange)
  /// `mapping.items()` and its like.
  case view(TemplateView)
  /// What `map`, `select` and others give: values that can be taken once.
  case generator(TemplateIterator)
  case namespace(TemplateNamespace)
  case loop(LoopState)
  case macro(TemplateMacro)
  case function(BuiltinFunction)
  indirect case method(BoundMethod)

  /// How many containers are nested in the value.
  var depth: Int {
    switch self {
    case .list(let list), .tuple(let list): list.depth
    case .mapping(let mapping): mapping.depth
    case .view(let view): view.elements.depth
    case .generator(let iterator): iterator.depth
    case .loop(let loop): loop.depth
    case .method(let method): method.receiver.depth + 1
    default: 0
    }
  }

  /// Python's name of the type, for errors.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .null: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .number: "float"
    case .text: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .mapping: "dict"
    case .range: "range"
    case .view(let view): "dict_\(view.kind)"
    case .generator: "generator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .macro: "Macro"
    case .function: "function"
    case .method: "method"
    }
  }

  /// `None` counts as false, and so do zero and what is empty.
  var isTrue: Bool {
    switch self {
    case .undefined, .null: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .number(let value): value != 0
    case .text(let text): !text.isEmpty
    case .list(let list), .tuple(let list): !list.items.isEmpty
    case .mapping(let mapping): mapping.count > 0
    case .range(let range): range.count > 0
    case .view(let view): !view.elements.items.isEmpty
    case .loop, .generator, .namespace, .macro, .function, .method: true
    }
  }

  /// The integer that a Boolean or an integer stands for.
  var asInteger: Int? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .integer(let value): value
    default: nil
    }
  }

  /// The number that a Boolean, an integer or a float stands for.
  var asNumber: Double? {
    switch self {
    case .number(let value): value
    default: asInteger.map(Double.init)
    }
  }
}

/// What a missing value was to be.
enum TemplateAbsence {
  /// A variable.
  case name(String)
  /// An attribute or an item of a value of the type.
  case attribute(String, ofType: String)
  /// An attribute that templates may not see.
  case unsafe(String, ofType: String)
  /// Something else, described.
  case other(String)

  var problem: String {
    switch self {
    case .name(let name): "'\(name)' is undefined"
    case .attribute(let name, let type): "'\(type) object' has no attribute '\(name)'"
    case .unsafe(let name, let type): "access to attribute '\(name)' of '\(type)' object is unsafe"
    case .other(let problem): problem
    }
  }
}

/// The elements of a list or a tuple.
final class TemplateList {
  let items: [TemplateValue]
  let depth: Int
  /// True for the pairs of `groupby`, whose elements have names.
  let isGroup: Bool

  init(_ items: [TemplateValue], isGroup: Bool = false) {
    self.items = items
    self.isGroup = isGroup
    depth = 1 + items.reduce(0) { max($0, $1.depth) }
  }
}

/// An arithmetic progression, at most ``countLimit`` long.
struct TemplateRange: Equatable {
  /// What Jinja2's sandbox allows.
  static let countLimit = 100_000

  let start: Int
  let stop: Int
  let step: Int
  let count: Int

  /// The element at `position`, which is in `0 ..< count`.
  subscript(position: Int) -> Int { start &+ position &* step }
}

/// The keys, values or pairs of a mapping.
struct TemplateView {
  enum Kind: String { case keys, values, items }
  let kind: Kind
  let elements: TemplateList
}

/// A method together with the value that it belongs to.
struct BoundMethod {
  let receiver: TemplateValue
  let name: TemplateMethod
}

/// What a template may change: attributes under names.
final class TemplateNamespace {
  var attributes: [(name: MarkedText, value: TemplateValue)] = []

  subscript(name: MarkedText) -> TemplateValue? {
    get { attributes.first { $0.name == name }?.value }
    set {
      guard let newValue else { return }
      if let place = attributes.firstIndex(where: { $0.name == name }) {
        attributes[place].value = newValue
      } else {
        attributes.append((name, newValue))
      }
    }
  }
}

/// The functions that every template can call.
enum BuiltinFunction: String, CaseIterable {
  case range, namespace, dict
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
}
