import LMRuntime
import Testing

@Suite struct JSONObjectTests {
  @Test(arguments: [0, 1, 7, 8, 9, 33, 1000]) func `look-up finds every key and the order stays`(count: Int) {
    var object = JSONObject()
    for number in 0..<count {
      let isNew = object.append("key\(number)", .integer(number))
      #expect(isNew)
    }
    #expect(object.map(\.value) == (0..<count).map { .integer($0) })
    for number in 0..<count { #expect(object["key\(number)"] == .integer(number)) }
    #expect(object["absent"] == nil)
    let isNew = object.append("key0", nil)
    #expect(isNew == (count == 0))
  }

  @Test(arguments: [3, 9, 40]) func `setting, replacing and removing agree with a list`(count: Int) {
    var object = JSONObject()
    for number in 0..<count { object["k\(number)"] = .integer(number) }
    object["k1"] = "new"
    object["k0"] = nil
    #expect(object.count == count - 1)
    #expect(object["k0"] == nil)
    #expect(object.first?.key == "k1")
    #expect(object["k1"] == "new")
    for number in 2..<count { #expect(object["k\(number)"] == .integer(number)) }
  }

  @Test func `equality does not depend on order`() {
    let left: JSON = ["a": 1, "b": 2]
    #expect(left == ["b": 2, "a": 1])
    #expect(left != ["a": 1, "b": 3])
    #expect(left != ["a": 1])
  }
}
