/// The members of a JSON object in the order of the file, with look-up by the key's UTF-8 bytes.
public struct JSONObject: Sendable, Equatable, RandomAccessCollection, ExpressibleByDictionaryLiteral {
  /// One key with its value.
  public struct Member: Sendable, Equatable {
    /// The key.
    public let key: String
    /// The value.
    public var value: JSON

    /// True where the keys have the same bytes and the values are equal.
    public static func == (left: Member, right: Member) -> Bool {
      KeyIndex.sameBytes(left.key, right.key) && left.value == right.value
    }
  }

  /// The members in order.
  public private(set) var members: [Member] = []
  /// Empty while the object is small: comparing a few keys is faster than hashing one.
  private var index = KeyIndex()
  private static let smallCount = 8

  /// An object without members.
  public init() {}

  /// The first position, 0.
  public var startIndex: Int { 0 }
  /// The number of members.
  public var endIndex: Int { members.count }
  /// The member at `position` in the order of the file.
  public subscript(position: Int) -> Member { members[position] }

  /// The value of `key`, nil where the object has no such key. A new key goes to the end; setting nil takes
  /// the member out.
  /// - Complexity: O(bytes of the key); removal O(members).
  public subscript(key: String) -> JSON? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): appendNew(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Appends a member and returns true; where the object has the key already, does nothing and returns false.
  /// - Complexity: O(bytes of the key), amortised.
  public mutating func append(_ key: String, _ value: JSON) -> Bool {
    if members.count < Self.smallCount {
      guard position(of: key) == nil else { return false }
      members.append(Member(key: key, value: value))
      return true
    }
    if index.isEmpty { buildIndex() }
    let hash = KeyIndex.hash(key)
    let known = index.find(hash: hash) { KeyIndex.sameBytes(members[$0].key, key) }
    guard known == nil, members.count < KeyIndex.capacityLimit else { return false }
    index.insert(hash: hash, position: members.count)
    members.append(Member(key: key, value: value))
    return true
  }

  /// True where both have the same members, in any order.
  /// - Complexity: O(size of both).
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.members.allSatisfy { right[$0.key] == $0.value }
  }

  /// An object of the members written; a repeated key keeps the last value.
  public init(dictionaryLiteral elements: (String, JSON)...) {
    for (key, value) in elements { self[key] = value }
  }

  private func position(of key: String) -> Int? {
    guard !index.isEmpty else {
      return members.firstIndex { KeyIndex.sameBytes($0.key, key) }
    }
    return index.find(hash: KeyIndex.hash(key)) { KeyIndex.sameBytes(members[$0].key, key) }
  }

  private mutating func appendNew(_ key: String, _ value: JSON) { _ = append(key, value) }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    index = KeyIndex()
    if members.count >= Self.smallCount { buildIndex() }
  }

  private mutating func buildIndex() {
    for (position, member) in members.enumerated() {
      index.insert(hash: KeyIndex.hash(member.key), position: position)
    }
  }
}
