use serde_json::json;

use super::*;
use crate::model::answer::ModelAnswer;

fn answer(wire: Wire, events: &[&str]) -> Result<ModelAnswer, EndpointError> {
    let (mut reader, mut answer, mut done) = (wire.reader(), ModelAnswer::default(), false);
    for event in events {
        for piece in reader.read(event)? {
            done |= piece == AnswerPiece::Done;
            answer.take(piece)?;
        }
    }
    answer.whole(done)
}

fn whole(wire: Wire, body: &Value) -> Result<ModelAnswer, EndpointError> {
    let mut answer = ModelAnswer::default();
    for piece in wire.reader().read_whole(&body.to_string())? {
        answer.take(piece)?;
    }
    answer.whole(true)
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall { id: id.into(), name: name.into(), arguments: arguments.into() }
}

#[test]
fn chat_pieces_make_an_answer() {
    let answer = answer(Wire::Chat, &[
        r#"{"choices":[{"delta":{"role":"assistant","content":null}}]}"#,
        r#"{"choices":[{"delta":{"content":"I read"}}]}"#,
        r#"{"choices":[{"delta":{"content":" it."},"finish_reason":null}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"read_file","arguments":""}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"name\":"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"finish","arguments":"{}"}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"x\"}"}}]}}]}"#,
        r#"{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}"#,
        r#"{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}"#,
    ])
    .unwrap();
    assert_eq!(answer.words, "I read it.");
    assert_eq!(answer.calls, [call("a", "read_file", r#"{"name":"x"}"#), call("b", "finish", "{}")]);
    assert_eq!(answer.used, Some(TokenUsage { input: 9, cached: 3, output: 4 }));
}

#[test]
fn servers_that_leave_out_the_index_or_send_objects_are_understood() {
    let answer = answer(Wire::Chat, &[
        r#"{"choices":[{"delta":{"tool_calls":[{"id":"a","function":{"name":"finish","arguments":{}}}]}}]}"#,
        r#"{"choices":[{"delta":{"tool_calls":[{"id":"b","function":{"name":"deliver","arguments":{"title":"T"}}}]},"finish_reason":"stop"}]}"#,
    ])
    .unwrap();
    assert_eq!(
        answer.calls.iter().map(|call| call.arguments.as_str()).collect::<Vec<_>>(),
        ["{}", r#"{"title":"T"}"#]
    );
}

#[test]
fn what_is_no_answer_says_why() {
    let chat = |events: &[&str]| answer(Wire::Chat, events);
    assert!(matches!(chat(&["<html>"]), Err(EndpointError::Rubbish(_))));
    assert!(matches!(chat(&[r#"{"error":{"message":"boom"}}"#]), Err(EndpointError::Server { .. })));
    assert!(matches!(chat(&[r#"{"choices":[{"delta":{"content":"half"}}]}"#]), Err(EndpointError::Cut(_))));
    assert_eq!(chat(&[r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#]), Err(EndpointError::Empty));
    let refused = r#"{"choices":[{"delta":{"refusal":"No."},"finish_reason":"stop"}]}"#;
    assert_eq!(chat(&[refused]), Err(EndpointError::Declined("No.".into())));
    let many = format!(r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":{}}}]}}}}]}}"#, usize::MAX);
    assert!(matches!(chat(&[&many]), Err(EndpointError::Endless(_))));
    let long = format!(r#"{{"choices":[{{"delta":{{"content":"{}"}}}}]}}"#, "x".repeat((1 << 20) + 1));
    assert!(matches!(chat(&[&long]), Err(EndpointError::Endless(_))));

    let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    assert!(matches!(answer(Wire::Anthropic, &[overloaded]), Err(EndpointError::Server { .. })));
    let refusal = r#"{"type":"message_delta","delta":{"stop_reason":"refusal"},"usage":{"output_tokens":1}}"#;
    assert!(matches!(answer(Wire::Anthropic, &[refusal]), Err(EndpointError::Declined(_))));
    let failed =
        r#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"boom"}}}"#;
    assert!(
        matches!(answer(Wire::Responses, &[failed]), Err(EndpointError::Server { said, .. }) if said.contains("boom"))
    );
    let half = r#"{"type":"response.output_text.delta","output_index":0,"delta":"half"}"#;
    assert!(matches!(answer(Wire::Responses, &[half]), Err(EndpointError::Cut(_))));
}

#[test]
fn responses_events_make_an_answer() {
    let events = [
        r#"{"type":"response.created","response":{"id":"r","output":[],"usage":null,"error":null}}"#,
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","summary":[]}}"#,
        r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"message","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":1,"delta":"I read it."}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"message","content":[{"type":"output_text","text":"I read it."}]}}"#,
        r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"function_call","id":"f","call_id":"a","name":"read_file","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"{\"name\":"}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":2,"delta":"\"x\"}"}"#,
        r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"function_call","call_id":"a","name":"read_file","arguments":"{\"name\":\"x\"}"}}"#,
        r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","call_id":"b","name":"finish","arguments":"{}"}}"#,
        r#"{"type":"response.completed","response":{"output":[],"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":3},"output_tokens":4}}}"#,
    ];
    let answer = answer(Wire::Responses, &events).unwrap();
    assert_eq!(answer.words, "I read it.");
    assert_eq!(answer.calls, [call("a", "read_file", r#"{"name":"x"}"#), call("b", "finish", "{}")]);
    assert_eq!(
        (answer.used, answer.finish),
        (Some(TokenUsage { input: 9, cached: 3, output: 4 }), Some(Finish::Stop))
    );
    let body = json!({ "output": [
        { "type": "message", "content": [{ "type": "output_text", "text": "One piece." }] },
        { "type": "function_call", "call_id": "b", "name": "finish", "arguments": "{}" } ],
        "incomplete_details": { "reason": "max_output_tokens" } });
    let answer = whole(Wire::Responses, &body).unwrap();
    assert_eq!(
        (answer.words.as_str(), answer.calls.len(), answer.finish),
        ("One piece.", 1, Some(Finish::Length))
    );
}

#[test]
fn anthropic_events_make_an_answer() {
    let events = [
        r#"{"type":"message_start","message":{"content":[],"stop_reason":null,"usage":{"input_tokens":4,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"s1"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"I read it."}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"a","name":"read_file","input":{}}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"name\":"}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"x\"}"}}"#,
        r#"{"type":"content_block_stop","index":2}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let answer = answer(Wire::Anthropic, &events).unwrap();
    assert_eq!(answer.words, "I read it.");
    assert_eq!(answer.calls, [call("a", "read_file", r#"{"name":"x"}"#)]);
    assert_eq!(answer.kept, [json!({ "type": "thinking", "thinking": "Hm.", "signature": "s1" })]);
    assert_eq!(answer.used, Some(TokenUsage { input: 9, cached: 3, output: 7 }));
    let body = json!({ "type": "message", "stop_reason": "max_tokens", "content": [
        { "type": "text", "text": "One piece." },
        { "type": "tool_use", "id": "b", "name": "read_file", "input": { "name": "y" } } ] });
    let answer = whole(Wire::Anthropic, &body).unwrap();
    assert_eq!(
        (answer.calls, answer.finish),
        (vec![call("b", "read_file", r#"{"name":"y"}"#)], Some(Finish::Length))
    );
}

/// The same conversation in each wire's words.
#[test]
fn a_conversation_is_written_down_as_each_wire_wants_it() {
    let calls = vec![call("a", "finish", "{}")];
    let kept = vec![json!({ "type": "thinking", "thinking": "Hm.", "signature": "s1" })];
    let said = [
        ChatMessage::User("Do it.".into()),
        ChatMessage::Agent { words: " ".into(), calls, kept },
        ChatMessage::Told { call: "a".into(), text: "Done.".into() },
        ChatMessage::User("And?".into()),
        ChatMessage::Agent { words: "Good.".into(), calls: vec![], kept: vec![] },
        ChatMessage::User("Bye.".into()),
    ];
    let tools =
        [ToolDescription { name: "finish", about: "End it.", parameters: json!({ "type": "object" }) }];
    let asking = AnswerRequest {
        model: "m",
        system: "Be good.",
        said: &said,
        tools: Some(&tools),
        usage: true,
        longest: 100,
    };
    let chat = Wire::Chat.body(asking);
    let roles: Vec<&str> =
        chat["messages"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool", "user", "assistant", "user"]);
    assert_eq!(chat["messages"][2]["tool_calls"][0]["function"]["name"], "finish");
    assert_eq!(chat["tools"][0]["function"]["name"], "finish");
    assert_eq!(chat["stream_options"]["include_usage"], true);

    let responses = Wire::Responses.body(asking);
    assert_eq!(
        responses["input"],
        json!([
            { "role": "user", "content": "Do it." },
            { "type": "function_call", "call_id": "a", "name": "finish", "arguments": "{}" },
            { "type": "function_call_output", "call_id": "a", "output": "Done." },
            { "role": "user", "content": "And?" },
            { "role": "assistant", "content": "Good." },
            { "role": "user", "content": "Bye." },
        ])
    );
    assert_eq!((&responses["instructions"], &responses["store"]), (&json!("Be good."), &json!(false)));

    let anthropic = Wire::Anthropic.body(asking);
    assert_eq!(
        anthropic["messages"],
        json!([
            { "role": "user", "content": [{ "type": "text", "text": "Do it." }] },
            { "role": "assistant", "content": [
                { "type": "thinking", "thinking": "Hm.", "signature": "s1" },
                { "type": "tool_use", "id": "a", "name": "finish", "input": {} } ] },
            { "role": "user", "content": [
                { "type": "tool_result", "tool_use_id": "a", "content": "Done." },
                { "type": "text", "text": "And?" } ] },
            { "role": "assistant", "content": [{ "type": "text", "text": "Good." }] },
            { "role": "user", "content": [{ "type": "text", "text": "Bye." }] },
        ])
    );
    assert_eq!((&anthropic["max_tokens"], &anthropic["tools"][0]["name"]), (&json!(100), &json!("finish")));
}
