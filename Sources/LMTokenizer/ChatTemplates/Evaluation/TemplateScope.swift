/// Variables by the numbers of their names, and the scope around them.
final class TemplateScope {
  let parent: TemplateScope?
  /// True where a macro may still use the scope after the block has ended.
  var isKept = false
  private var variables: [(id: Int, value: TemplateValue)] = []

  init(parent: TemplateScope?) { self.parent = parent }

  /// The variable of this scope.
  subscript(id: Int) -> TemplateValue? {
    get { variables.first { $0.id == id }?.value }
    set {
      guard let newValue else { return }
      if let place = variables.firstIndex(where: { $0.id == id }) {
        variables[place].value = newValue
      } else {
        variables.append((id, newValue))
      }
    }
  }

  /// The variable of this scope or the nearest around it.
  func find(_ id: Int) -> TemplateValue? {
    var scope: TemplateScope? = self
    while let current = scope {
      if let value = current[id] { return value }
      scope = current.parent
    }
    return nil
  }

  func clear() { variables.removeAll(keepingCapacity: true) }
}
