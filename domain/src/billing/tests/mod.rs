mod subscribing;
